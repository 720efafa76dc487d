from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from handtrack.cropping import (
    apply_affine,
    crop_from_joints,
    crop_matrix,
    from_crop_sides,
    invert_affine,
    to_crop_sides,
    warp_crop,
)
from handtrack.hand import Crop
from tests.handtrack.open_hand import open_hand


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("angle", [0.0, 0.7, -2.5, math.pi])
def test_crop_map_and_its_inverse_cancel(angle, mirrored):
    crop = Crop((123.0, 45.0), 80.0, angle, mirrored)
    matrix = crop_matrix(crop, 128)
    points = np.random.default_rng(0).uniform(0, 200, (21, 2))
    assert np.allclose(apply_affine(invert_affine(matrix), apply_affine(matrix, points)), points)
    assert np.allclose(apply_affine(matrix, np.array(crop.centre)), 63.5)


def test_crop_turns_the_hand_upright():
    joints = open_hand()[:, :2] * 1000
    angle = 1.1
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    crop = crop_from_joints(joints @ turn.T + 300, 1.5)
    inside = apply_affine(crop_matrix(crop, 128), joints @ turn.T + 300)
    assert inside[9, 1] < inside[0, 1] - 20, "middle MCP above the wrist"
    assert abs(inside[9, 0] - inside[0, 0]) < 6
    assert inside.min() > 0
    assert inside.max() < 127
    # The hand's longer side fills 1 / 1.5 of the crop.
    assert np.ptp(inside, axis=0).max() == pytest.approx(128 / 1.5, rel=0.02)


def test_mirrored_crop_shows_a_left_hand_as_a_right_one():
    right = open_hand()[:, :2] * 1000 + 400
    left = right * [-1, 1] + [800, 0]
    seen_right = apply_affine(crop_matrix(crop_from_joints(right, 1.5), 128), right)
    seen_left = apply_affine(crop_matrix(crop_from_joints(left, 1.5, mirrored=True), 128), left)
    assert np.allclose(seen_left, seen_right, atol=0.01)


@pytest.mark.parametrize("size", [64.0, 200.0, 900.0])
def test_warped_picture_agrees_with_the_map(size):
    image = np.zeros((1000, 1000, 3), np.uint8)
    point = np.array([430.0, 560.0])
    cv2.circle(image, (430, 560), max(3, int(size / 40)), (255, 255, 255), -1)
    crop = Crop((450.0, 540.0), size, 0.5)
    picture = warp_crop(image, crop, 128)[..., 0].astype(float)
    y, x = np.mgrid[:128, :128]
    seen = np.array([(picture * x).sum(), (picture * y).sum()]) / picture.sum()
    assert np.allclose(seen, apply_affine(crop_matrix(crop, 128), point), atol=0.35)


def test_warp_of_a_crop_outside_the_frame_is_black():
    picture = warp_crop(np.full((100, 100, 3), 200, np.uint8), Crop((-900.0, 50.0), 600.0, 0.0), 128)
    assert picture.shape == (128, 128, 3)
    assert not picture.any()


@pytest.mark.parametrize("mirrored", [False, True])
def test_crop_sides_are_the_networks_units_and_lead_back(mirrored):
    crop = Crop((90.0, 60.0), 50.0, 0.7, mirrored)
    points = np.random.default_rng(0).uniform(0, 120, (21, 2))
    sides = to_crop_sides(points, crop)
    # The network's 0..1 spans pixel edges; pixel centres lie at whole numbers.
    assert np.allclose(sides, (apply_affine(crop_matrix(crop, 128), points) + 0.5) / 128)
    assert np.allclose(from_crop_sides(sides, crop), points)
    assert np.allclose(to_crop_sides(np.array([[90.0, 60.0]]), crop), 0.5)


def test_a_map_that_flattens_the_plane_has_no_inverse():
    with pytest.raises(np.linalg.LinAlgError):
        invert_affine(np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]]))
