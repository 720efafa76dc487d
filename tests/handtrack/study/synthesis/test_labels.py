from __future__ import annotations

import math

import numpy as np
import pytest

from handtrack.cropping import apply_affine, crop_matrix
from handtrack.hand import Crop
from handtrack.study.datasets.sample import project
from handtrack.study.synthesis.labels import inside_frame, resized_camera, upright_camera, visible_joints


@pytest.mark.parametrize("degrees", [0, 35, -160])
def test_the_crops_camera_sees_points_where_the_crop_shows_them(degrees):
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-0.2, 0.2, (30, 2)), rng.uniform(0.3, 1.0, 30)])
    camera = np.array([[500.0, 0, 319.5], [0, 500.0, 239.5], [0, 0, 1]])
    crop = Crop((300.0, 200.0), 180.0, math.radians(degrees))

    matrix, turn = upright_camera(camera, crop, 128)

    wanted = apply_affine(crop_matrix(crop, 128), project(points, camera))
    np.testing.assert_allclose(project(points @ turn.T, matrix), wanted, atol=1e-3)
    np.testing.assert_allclose((points @ turn.T)[:, 2], points[:, 2])
    assert matrix[0, 0] == matrix[1, 1] > 0
    assert matrix[0, 1] == matrix[1, 0] == 0


def flat_scene(depth: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joints one centimetre under a surface at the given depth, 8 pixels apart from each other."""
    joints = np.stack([np.arange(21) * 8.0 + 4, np.full(21, 10.0)], axis=1)
    return joints, np.full(21, depth + 0.01), np.full((20, 172), depth, np.float32)


def test_joints_under_their_own_skin_are_visible():
    joints, depth, buffer = flat_scene(0.5)

    assert visible_joints(joints, depth, buffer, 1.0).all()


def test_what_lies_well_before_a_joint_hides_it():
    joints, depth, buffer = flat_scene(0.5)
    buffer[:, 102:] = 0.46

    visible = visible_joints(joints, depth, buffer, 1.0)

    np.testing.assert_array_equal(visible, joints[:, 0] < 102)


def test_small_hands_are_hidden_by_thinner_things():
    joints, depth, buffer = flat_scene(0.5)
    buffer[:] = 0.4975

    assert visible_joints(joints, depth, buffer, 1.0).sum() > 15
    assert visible_joints(joints, depth, buffer, 0.6).sum() < 10


def test_joints_outside_the_picture_are_not_visible():
    joints, depth, buffer = flat_scene(0.5)
    joints[0] = (-3, 10)
    joints[5, 1] = 20

    assert np.flatnonzero(~visible_joints(joints, depth, buffer, 1.0)).tolist() == [0, 5]


def test_a_joint_beside_the_drawn_hand_is_visible():
    joints, depth, buffer = flat_scene(0.5)
    buffer[:] = np.inf

    assert visible_joints(joints, depth, buffer, 1.0).all()


def test_a_resized_picture_shows_points_at_the_same_place():
    points = np.array([[0.0, 0.0, 1.0], [0.3, -0.1, 0.8]])
    camera = np.array([[100.0, 5, 30], [0, 100.0, 20], [0, 0, 1]])

    small = project(points, resized_camera(camera, (90, 60), (30, 30)))

    np.testing.assert_allclose((small + 0.5) * (3, 2), project(points, camera) + 0.5, atol=1e-4)


def test_inside_a_frame_are_the_centres_of_its_pixels():
    points = np.array([(0, 0), (9, 4), (-0.1, 0), (9.1, 2), (3, 4.1)])

    assert inside_frame(points, (10, 5)).tolist() == [True, True, False, False, False]
