"""Where a hand is before the camera, from joints whose place is known."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from handtrack.geometry import Intrinsics, depth_on_rays, lift_to_metres, palm_scale, palm_scale_slope
from handtrack.hand import Crop, Hand, read_only
from handtrack.position import SIGMA_FACTOR, position_sigma, with_position, wrist_distance
from handtrack.skeleton import WRIST
from tests.handtrack.study.evaluation.conftest import spread_hand

CAMERA = Intrinsics.from_field_of_view(1280, 720, 60)
TURNED = spread_hand() @ cv2.Rodrigues(np.array([0.5, 0.4, 0.2]))[0].T
PALM = palm_scale(TURNED)


def seen(points: np.ndarray, camera: Intrinsics = CAMERA) -> np.ndarray:
    """Pixels of points (21, 3) before a camera."""
    return points[:, :2] / points[:, 2:] * camera.focal + np.array(camera.centre)


def hand_at(
    place: tuple[float, float, float],
    palm: float = PALM,
    camera: Intrinsics = CAMERA,
    believed: Intrinsics = CAMERA,
) -> Hand:
    """The hand that a faultless network finds there, lifted for a palm and a camera that one believes in."""
    points = TURNED + np.array(place)
    joints = seen(points, camera).astype(np.float32)
    space, metres = lift_to_metres(joints, depth_on_rays(points) * camera.focal, believed, palm)
    sigma_2d = read_only(np.full(21, 2.0), np.float32)
    sigma_3d = read_only(np.full(21, 2.0 * metres), np.float32)
    values = (read_only(joints), read_only(space))
    crop = Crop((0.0, 0.0), 100.0, 0.0)
    hand = Hand(*values, sigma_2d, sigma_3d, 1, 0.9, "right", 0.9, 1, crop, (), *values)
    return with_position(hand, believed)


def place_of(hand: Hand) -> np.ndarray:
    assert hand.wrist_position is not None
    return hand.wrist_position


@pytest.mark.parametrize("place", [(0.0, 0.0, 0.5), (0.3, -0.15, 0.6), (-0.05, 0.08, 0.25), (0.5, 0.2, 1.6)])
def test_a_hand_is_placed_where_it_is(place: tuple[float, float, float]) -> None:
    hand = hand_at(place)

    assert place_of(hand) == pytest.approx(np.array(place), abs=1e-4)
    for array in (hand.wrist_position, hand.sigma_position):
        assert array is not None
        assert (array.shape, array.dtype, array.flags.writeable) == ((3,), np.float32, False)


def test_all_of_the_place_goes_with_the_palms_length() -> None:
    place = (0.1, -0.1, 0.6)

    assert place_of(hand_at(place, 1.2 * PALM)) == pytest.approx(1.2 * np.array(place), abs=2e-4)


def test_z_goes_with_the_focal_length_and_x_and_y_hardly() -> None:
    place = (0.1, -0.1, 0.6)
    wide = Intrinsics.from_field_of_view(1280, 720, 75)

    x, y, z = place_of(hand_at(place, camera=wide, believed=CAMERA))

    assert z == pytest.approx(0.6 * CAMERA.focal / wide.focal, rel=0.03)
    assert CAMERA.focal / wide.focal > 1.3
    assert (x, y) == pytest.approx(place[:2], rel=0.03)


def test_the_palms_slope_is_what_a_small_step_does() -> None:
    slope = palm_scale_slope(TURNED)
    for joint, axis in [(0, 0), (0, 1), (5, 2), (9, 1), (17, 2), (20, 0)]:
        moved = TURNED.copy()
        moved[joint, axis] += 1e-5
        change = (palm_scale(moved) - PALM) / PALM / 1e-5
        assert slope[joint, axis] == pytest.approx(change, abs=1e-3)


def test_sigma_is_what_noise_of_the_stated_size_does() -> None:
    """Independent joints, for whom the factor that was fitted on hands is not needed."""
    place, noise_px, noise_m = np.array([0.2, -0.1, 0.5]), 3.0, 0.006
    rng = np.random.default_rng(3)
    points = TURNED + place
    joints, depth = seen(points), depth_on_rays(points) * CAMERA.focal
    per_metre = CAMERA.focal / place[2]
    found = []
    for _ in range(600):
        off = joints + rng.normal(0, noise_px, joints.shape)
        deep = rng.normal(0, noise_m * per_metre, 21)
        deep[WRIST] = 0.0  # by definition
        lifted, metres = lift_to_metres(off, depth + deep, CAMERA, PALM)
        distance = wrist_distance(off, lifted.astype(float), CAMERA)
        assert distance == pytest.approx(metres * CAMERA.focal, rel=1e-3)
        found.append([*(off[WRIST] - CAMERA.centre) / CAMERA.focal * distance, distance])
    spread = np.std(found, axis=0)

    along = np.full(21, noise_m)
    along[WRIST] = 0.0
    sigma_3d = np.sqrt((2 * (noise_px / per_metre) ** 2 + along**2) / 3)
    stated = position_sigma(place, TURNED, np.full(21, noise_px), sigma_3d, CAMERA.focal)

    assert spread[2] == pytest.approx(stated[2] / SIGMA_FACTOR, rel=0.12)
    assert (spread[:2] <= stated[:2] * 1.05).all()
    assert (spread[:2] >= stated[:2] / SIGMA_FACTOR * 0.8).all()


def test_a_smoothed_hand_stays_on_its_wrists_ray() -> None:
    hand, before = hand_at((0.1, 0.0, 0.6)), hand_at((0.06, 0.0, 0.58))
    flat = read_only((hand.joints_2d + before.joints_2d) / 2)

    smoothed = with_position(replace(hand, joints_2d=flat), CAMERA)

    x, y, z = place_of(smoothed)
    assert 0.58 < z < 0.6
    assert (x * CAMERA.focal / z, y * CAMERA.focal / z) == pytest.approx(
        flat[WRIST] - CAMERA.centre, abs=1e-2
    )


def test_smoothed_joints_of_two_poses_do_not_move_a_hand_away() -> None:
    hand = hand_at((0.1, 0.0, 0.6))
    turned_over = read_only(hand.joints_3d * np.array([-1, -1, 1], np.float32))
    assert wrist_distance(hand.joints_2d, turned_over, CAMERA) < 0, "behind the camera"

    assert place_of(with_position(replace(hand, joints_3d=turned_over), CAMERA))[2] == pytest.approx(
        0.6, abs=1e-3
    )
