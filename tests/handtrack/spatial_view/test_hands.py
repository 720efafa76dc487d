"""Hands are where they were tracked, as unsure as they were, and are told from what cannot be shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack import open_session
from handtrack.errors import ConfigError
from handtrack.hand import read_only
from handtrack.spatial_view.hands import hands_of_result, hands_of_session, joint_numbers
from handtrack.spatial_view.uncertainty import ellipsoid_axes, ellipsoids
from tests.handtrack.exports.conftest import joints_of
from tests.handtrack.spatial_view.conftest import (
    CAMERA,
    FIELD_OF_VIEW,
    FPS,
    FRAMES,
    UNSEEN,
    placed_hand,
    record,
    result_at,
    spatial,
    wrist_at,
)


def test_every_hand_of_a_session_is_at_its_place_and_time(session):
    hands = hands_of_session(open_session(session))
    assert len(hands) == 2 * FRAMES - len(UNSEEN)
    right = hands[hands.handedness == "right"]
    seen = [index for index in range(FRAMES) if index not in UNSEEN]
    np.testing.assert_allclose(right.time, np.array(seen) / FPS, atol=1e-9)
    for number in (0, 20, -1):
        place = joints_of(seen[number] / 8, "right") + wrist_at(seen[number], "right")
        np.testing.assert_allclose(right.joints[number], place, atol=1e-6)


def test_a_place_that_was_not_recorded_is_found_from_the_joints(session, tmp_path):
    placeless = hands_of_session(open_session(record(tmp_path / "old", places=False)))
    # Pixels are kept as float32, of which 3e-5 are a micrometre here.
    np.testing.assert_allclose(placeless.joints, hands_of_session(open_session(session)).joints, atol=2e-5)


def test_ellipsoids_hold_both_sigmas_that_were_tracked():
    hands = spatial(0, "right")
    axes = ellipsoid_axes(hands)[0]
    # The root mean square of the three half-axes is the sigma in metres ...
    rms = np.sqrt(np.square(np.linalg.svd(axes, compute_uv=False)).mean(axis=1))
    np.testing.assert_allclose(rms, np.linspace(0.003, 0.009, 21), rtol=1e-5)
    # ... and square to the ray it looks as large as the sigma in pixels.
    rays = hands.joints[0] / np.linalg.norm(hands.joints[0], axis=1, keepdims=True)
    square_to_it = np.cross(rays, (0.0, 1.0, 0.0))
    square_to_it /= np.linalg.norm(square_to_it, axis=1, keepdims=True)
    half = np.linalg.norm(np.einsum("kij,kj->ki", axes, square_to_it), axis=1)
    np.testing.assert_allclose(half * CAMERA.focal / hands.joints[0, :, 2], 1.5, rtol=1e-5)


def test_ellipsoids_are_solids_about_their_joints_that_look_outward():
    hands = spatial(0, "right", "left")
    mesh = ellipsoids(hands)
    each = mesh.points.reshape(42, -1, 3) - hands.joints.reshape(-1, 1, 3)
    inverse = np.linalg.inv(ellipsoid_axes(hands).reshape(-1, 3, 3))
    np.testing.assert_allclose(
        np.linalg.norm(np.einsum("kvi,kij->kvj", each, inverse), axis=-1), 1, atol=1e-5
    )
    assert (np.einsum("kvi,kvi->kv", each, mesh.normals.reshape(each.shape)) > 0).all()


def test_what_is_no_place_before_the_camera_is_left_out():
    behind = replace(placed_hand(0, "left", 1), wrist_position=read_only(np.array([0, 0, -0.4]), np.float32))
    nowhere = replace(placed_hand(0, "left", 2), joints_3d=read_only(np.full((21, 3), np.nan), np.float32))
    hands = hands_of_result(result_at(0, behind, placed_hand(0, "right", 3), nowhere), 0.0, FIELD_OF_VIEW)
    assert hands.track_id.tolist() == [3]


def test_joints_go_by_their_names():
    assert joint_numbers(["index_tip", "wrist"]) == (8, 0)
    with pytest.raises(ConfigError, match="no joint 'index_top'; did you mean index_tip"):
        joint_numbers(["index_top"])
    with pytest.raises(ConfigError, match="take one of wrist, thumb_cmc"):
        joint_numbers(["x"])
