from __future__ import annotations

import numpy as np
import pytest

from app.views.skeleton_geometry import OrbitCamera, floor_shadow, to_view_axes
from app.views.skeleton_mesh import (
    BONE_RADIUS,
    JOINT_RADIUS,
    ellipsoid_rims,
    hand_mesh,
    joined,
    shadow_mesh,
    uncertainty_discs,
)
from handtrack.skeleton import BONES, JOINT_COUNT, joint_colours_rgb
from tests.app.sample_results import hand_joints

COLOURS = joint_colours_rgb() / 255
LIGHT = np.array([0.0, -1.0, 0.0])


@pytest.fixture
def joints() -> np.ndarray:
    return to_view_axes(hand_joints(), mirrored=False)


def test_balls_and_rods_lie_on_the_joints_and_bones(joints):
    mesh = hand_mesh(joints, COLOURS, LIGHT)
    balls = len(mesh.vertices) - 2 * 8 * len(BONES)
    from_joint = np.linalg.norm(mesh.vertices[:balls].reshape(JOINT_COUNT, -1, 3) - joints[:, None], axis=-1)
    np.testing.assert_allclose(from_joint, JOINT_RADIUS, rtol=1e-3)
    rods = mesh.vertices[balls:].reshape(len(BONES), 2, 8, 3)
    for rod, (parent, child) in zip(rods, BONES, strict=True):
        np.testing.assert_allclose(np.linalg.norm(rod[0] - joints[parent], axis=1), BONE_RADIUS, rtol=1e-3)
        np.testing.assert_allclose(np.linalg.norm(rod[1] - joints[child], axis=1), BONE_RADIUS, rtol=1e-3)
        across = (rod[0] - joints[parent]) @ (joints[child] - joints[parent])
        np.testing.assert_allclose(across, 0, atol=1e-6)


def test_every_face_names_existing_vertices(joints):
    mesh = hand_mesh(joints, COLOURS, LIGHT)
    both = joined([mesh, shadow_mesh(floor_shadow(joints), (0, 0, 0, 1))])
    for one in (mesh, both):
        assert one.faces.max() == len(one.vertices) - 1
        assert one.colours.shape == (len(one.vertices), 4)
        assert one.faces.dtype == np.uint32
    np.testing.assert_array_equal(both.faces[: len(mesh.faces)], mesh.faces)


def test_the_side_towards_the_light_is_brighter(joints):
    mesh = hand_mesh(joints, np.full((JOINT_COUNT, 3), 0.5), LIGHT)
    ball = slice(0, (len(mesh.vertices) - 2 * 8 * len(BONES)) // JOINT_COUNT)
    facing = (mesh.vertices[ball] - joints[0]) @ LIGHT
    brightness = mesh.colours[ball, :3].mean(axis=1)
    assert brightness[facing.argmax()] > 1.5 * brightness[facing.argmin()]


def test_uncertainty_discs_have_the_given_radii_face_the_camera_and_far_ones_come_first(joints):
    radii = np.linspace(0.001, 0.02, JOINT_COUNT)
    axes = OrbitCamera().orbited(30, 20).axes()
    mesh = uncertainty_discs(joints, np.repeat(radii[:, None], 3, axis=1), COLOURS, 0.3, axes)
    discs = mesh.vertices.reshape(JOINT_COUNT, -1, 3)
    centres = discs.mean(axis=1)
    assert (np.diff(centres @ axes[2]) < 1e-6).all()
    from_centre = discs - centres[:, None]
    np.testing.assert_allclose(from_centre @ axes[2], 0, atol=1e-6)
    np.testing.assert_allclose(np.sort(np.linalg.norm(from_centre, axis=-1).mean(axis=1)), radii, rtol=1e-3)
    np.testing.assert_allclose(mesh.colours[:, 3], 0.3)


@pytest.mark.parametrize(("turn", "width"), [(0.0, 0.002), (90.0, 0.01), (30.0, 0.0052915)])
def test_an_ellipsoid_is_as_wide_as_the_camera_sees_it(turn, width):
    # Deep in y, along which the default camera looks; from 30 degrees: sqrt((2 cos 30)^2 + (10 sin 30)^2).
    sigma = np.array([[0.002, 0.01, 0.004]])
    axes = OrbitCamera().orbited(turn, 0.0).axes()
    (rim,) = ellipsoid_rims(sigma, axes)
    assert np.abs(rim @ axes[0]).max() == pytest.approx(width, rel=1e-3)
    assert np.abs(rim @ axes[1]).max() == pytest.approx(0.004, rel=1e-3), "its height stays"
    np.testing.assert_allclose(rim @ axes[2], 0, atol=1e-9)


def test_an_ellipsoid_without_size_gives_no_invalid_numbers():
    assert np.isfinite(ellipsoid_rims(np.zeros((3, 3)), OrbitCamera().axes())).all()


def test_joints_that_coincide_give_no_invalid_numbers():
    mesh = hand_mesh(np.zeros((JOINT_COUNT, 3)), COLOURS, LIGHT)
    assert np.isfinite(mesh.vertices).all()
    assert np.isfinite(shadow_mesh(np.zeros((JOINT_COUNT, 3)), (0, 0, 0, 1)).vertices).all()
