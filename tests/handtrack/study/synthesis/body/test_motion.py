from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.motion import HandMotion, MotionRange
from handtrack.study.synthesis.body.penetration import TOLERANCE, penetration
from handtrack.study.synthesis.body.subjects import Subject

STEP = 1 / 60


@pytest.fixture(scope="module")
def motion(right_hand: HandMesh) -> HandMotion:
    return HandMotion(11, right_hand, Subject())


def test_same_seed_moves_alike_in_whatever_order_it_is_asked(
    right_hand: HandMesh, motion: HandMotion
) -> None:
    other = HandMotion(11, right_hand, Subject())
    times = [7.31, 0.2, 90.0, 3.0]

    for time in times:
        other.pose(time + 1)
    for time in sorted(times):
        np.testing.assert_array_equal(motion.pose(time).angles, other.pose(time).angles)
        np.testing.assert_array_equal(motion.placement(time).rotation, other.placement(time).rotation)


def test_other_seeds_move_otherwise(right_hand: HandMesh, motion: HandMotion) -> None:
    other = HandMotion(12, right_hand, Subject())

    assert np.abs(motion.pose(0).angles - other.pose(0).angles).max() > 0.1
    assert np.abs(motion.placement(0).position - other.placement(0).position).max() > 1e-3


def test_fingers_and_hand_move_without_jumps(motion: HandMotion) -> None:
    times = np.arange(0.0, 8.0, STEP)
    angles = np.degrees([motion.pose(float(time)).angles for time in times])
    places = np.array([motion.placement(float(time)).position for time in times])

    assert np.abs(np.diff(angles, axis=0)).max() < 12  # fast fingers: 700 degrees a second
    assert np.abs(np.diff(angles, n=2, axis=0)).max() < 3  # and their speed is smooth
    assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() < 0.012
    assert np.ptp(angles, axis=0).max() > 60


def test_hand_stays_before_the_camera_and_is_never_mirrored(right_hand: HandMesh) -> None:
    motion_range = MotionRange(centre=(0.1, 0.0, 0.6), reach=(0.05, 0.02, 0.1), yaw=30)
    motion = HandMotion(1, right_hand, Subject(), motion_range)

    for time in (0.0, 1.7, 12.9, 1e6):
        placement = motion.placement(time)
        assert (np.abs(placement.position - motion_range.centre) <= np.array(motion_range.reach) + 1e-9).all()
        np.testing.assert_allclose(placement.rotation @ placement.rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(placement.rotation) == pytest.approx(1.0)


def test_motion_never_ends(motion: HandMotion) -> None:
    assert np.isfinite(motion.pose(100_000.3).angles).all()


def test_poses_that_are_held_do_not_penetrate(right_hand: HandMesh, motion: HandMotion) -> None:
    held = {motion.pose(time).angles.tobytes(): motion.pose(time) for time in np.arange(0, 12, 0.1)}

    deep = [penetration(right_hand, Subject(), pose) for pose in held.values()]
    assert (
        np.mean(np.array(deep) > TOLERANCE) < 0.1
    )  # only in passing, where no way between two poses is free
    assert max(deep) < 3 * TOLERANCE
