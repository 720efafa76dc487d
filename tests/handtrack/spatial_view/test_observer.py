"""From where things are seen: all of it in view, and through the camera what the camera saw."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.spatial_view.observer import observer, through_camera
from handtrack.spatial_view.scenery import Frustum, floor_lines, frustum_lines, picture_depth
from tests.handtrack.spatial_view.conftest import CAMERA, SIZE, spatial

FRUSTUM = Frustum(CAMERA, SIZE, 0.7)


@pytest.mark.parametrize("size", [(1280, 800), (400, 900)])
@pytest.mark.parametrize("azimuth", [-120, 0, 40, 90])
@pytest.mark.parametrize("elevation", [-30, 22, 80])
def test_somebody_beside_the_camera_sees_its_whole_picture(size, azimuth, elevation):
    pose = observer(FRUSTUM, spatial(0, "right"), size, azimuth, elevation)
    seen = pose.project(FRUSTUM.corners())
    assert (seen >= 0).all()
    assert (seen <= np.array(size) - 1).all()
    # As near as that allows: it fills one direction of the view.
    points = np.concatenate([FRUSTUM.corners(), 0.3 * FRUSTUM.corners()])
    filled = np.abs(pose.project(points) - (np.array(size) - 1) / 2).max(axis=0) / (np.array(size) / 2)
    assert filled.max() == pytest.approx(0.94, abs=0.01)
    np.testing.assert_allclose(pose.turn @ pose.turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(pose.turn) == pytest.approx(1)


def test_azimuth_is_to_the_right_and_elevation_above():
    hands = spatial(0, "right")
    assert observer(FRUSTUM, hands, SIZE, azimuth=60).eye[0] > 0.3
    assert observer(FRUSTUM, hands, SIZE, azimuth=-60).eye[0] < -0.3
    assert observer(FRUSTUM, hands, SIZE, elevation=60).eye[1] < -0.3  # y points down


def test_nearer_looks_at_the_hands():
    hands = spatial(0, "right")
    far, near = (observer(FRUSTUM, hands, SIZE, zoom=zoom) for zoom in (1, 6))
    middle = hands.joints.mean(axis=(0, 1))
    aside = [np.linalg.norm(pose.project(middle[None]) - np.array(SIZE) / 2) for pose in (far, near)]
    assert np.linalg.norm(near.eye - middle) < 0.35 * np.linalg.norm(far.eye - middle)
    assert aside[1] < 40


def test_through_the_camera_every_joint_is_where_it_was_seen():
    hands = spatial(0, "right")
    pose = through_camera(CAMERA, SIZE, (640, 480))
    seen = hands.joints[0, :, :2] / hands.joints[0, :, 2:] * CAMERA.focal + CAMERA.centre
    # Twice as large, about the middle of the pixels.
    np.testing.assert_allclose(pose.project(hands.joints[0]), 2 * seen - 0.5, atol=0.01)
    corners = pose.project(FRUSTUM.corners())
    np.testing.assert_allclose(corners, [(0, 0), (640, 0), (640, 480), (0, 480)], atol=1.6)


def test_the_picture_stands_on_the_floor_behind_all_hands():
    hands = spatial(0, "right", "left")
    depth = picture_depth(hands)
    assert depth > hands.joints[..., 2].max() + 0.05
    frustum = Frustum(CAMERA, SIZE, depth)
    ends = floor_lines(frustum).ends
    assert set(ends[..., 1].ravel()) == {frustum.corners()[:, 1].max()}
    assert ends[..., 0].min() <= frustum.corners()[:, 0].min()
    assert hands.joints[..., 1].max() < frustum.floor


def test_the_time_that_has_passed_is_a_part_of_the_lower_edge():
    corners = FRUSTUM.corners()
    bar = frustum_lines(FRUSTUM, 0.25).ends[-1]
    assert np.linalg.norm(bar[1] - bar[0]) == pytest.approx(
        0.25 * np.linalg.norm(corners[2] - corners[3]), rel=0.01
    )
    assert len(frustum_lines(FRUSTUM, None).ends) == len(frustum_lines(FRUSTUM, 0.25).ends) - 1
