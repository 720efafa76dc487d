from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from handtrack.geometry import (
    Intrinsics,
    apply_affine,
    crop_from_joints,
    crop_matrix,
    depth_on_rays,
    from_crop_sides,
    invert_affine,
    lift_to_metres,
    palm_scale,
    procrustes_align,
    to_crop_sides,
    warp_crop,
)
from handtrack.hand import Crop


def _open_hand() -> np.ndarray:
    """A flat right hand, palm to the camera, fingers up, (21, 3) metres, wrist at the origin."""
    points = [(0.0, 0.0, 0.0)]
    for x, base, bones in (
        (-0.035, 0.02, (0.03, 0.03, 0.025)),
        (-0.025, 0.09, (0.04, 0.025, 0.02)),
        (0.0, 0.09, (0.045, 0.03, 0.02)),
        (0.02, 0.085, (0.04, 0.025, 0.02)),
        (0.038, 0.075, (0.03, 0.02, 0.02)),
    ):
        y = -base
        points.append((x, y, 0.0))
        for bone in bones:
            y -= bone
            points.append((x, y, 0.0))
    return np.array(points)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("angle", [0.0, 0.7, -2.5, math.pi])
def test_crop_map_and_its_inverse_cancel(angle, mirrored):
    crop = Crop((123.0, 45.0), 80.0, angle, mirrored)
    matrix = crop_matrix(crop, 128)
    points = np.random.default_rng(0).uniform(0, 200, (21, 2))
    assert np.allclose(apply_affine(invert_affine(matrix), apply_affine(matrix, points)), points)
    assert np.allclose(apply_affine(matrix, np.array(crop.centre)), 63.5)


def test_crop_turns_the_hand_upright():
    joints = _open_hand()[:, :2] * 1000
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
    right = _open_hand()[:, :2] * 1000 + 400
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


@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.25, -0.1)])
def test_lifting_a_projected_hand_gives_it_back(offset):
    camera = Intrinsics.from_field_of_view(1280, 720, 60)
    hand = _open_hand()
    turn = cv2.Rodrigues(np.array([0.6, 0.4, 0.2]))[0]
    hand = hand @ turn.T
    placed = hand + np.array([*offset, 0.5])
    image = placed[:, :2] / placed[:, 2:] * camera.focal + np.array(camera.centre)
    depth = depth_on_rays(placed) * camera.focal
    palm = palm_scale(hand)
    lifted, metres_per_pixel = lift_to_metres(image, depth, camera, palm)
    assert np.allclose(lifted, hand, atol=1e-5)
    assert metres_per_pixel == pytest.approx(0.5 / camera.focal, rel=1e-4)


def test_depth_does_not_depend_on_where_in_the_frame_a_hand_is():
    """What a crop shows is the same when hand and viewing direction turn together."""
    hand = _open_hand() @ cv2.Rodrigues(np.array([0.6, 0.4, 0.2]))[0].T
    placed = hand - hand.mean(axis=0) + np.array([0, 0, 0.6])
    aside = cv2.Rodrigues(np.array([0.0, 0.4, 0.0]))[0]
    middle, corner = depth_on_rays(placed), depth_on_rays(placed @ aside.T)
    assert np.corrcoef(middle, corner)[0, 1] > 0.999


def test_field_of_view_spans_the_longer_side():
    camera = Intrinsics.from_field_of_view(720, 1280, 90)
    assert camera.focal == pytest.approx(640)
    assert camera.centre == (360, 640)


def test_procrustes_undoes_turn_scale_and_shift():
    generator = np.random.default_rng(1)
    points = generator.normal(size=(21, 3))
    turn = cv2.Rodrigues(generator.normal(size=3))[0]
    target = 2.5 * points @ turn.T + [1, 2, 3]
    assert np.allclose(procrustes_align(points, target), target)


def test_procrustes_does_not_reflect():
    points = np.random.default_rng(2).normal(size=(21, 3))
    mirrored = points * [-1, 1, 1]
    assert np.linalg.norm(procrustes_align(points, mirrored) - mirrored, axis=1).mean() > 0.3


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
