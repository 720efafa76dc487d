from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.body.anatomy import (
    ANGLE_COUNT,
    ANGLE_INDEX,
    ANGLE_NAMES,
    HIGHEST,
    LOWEST,
    RESTING,
    HandPose,
    blend,
    clamp,
)


def test_there_is_a_name_for_each_angle() -> None:
    assert len(set(ANGLE_NAMES)) == ANGLE_COUNT == 26
    assert (LOWEST < HIGHEST).all()


def test_hand_at_rest_is_within_the_limits() -> None:
    np.testing.assert_allclose(clamp(RESTING).angles, RESTING.angles)


def test_named_angles_are_set_and_the_others_rest() -> None:
    pose = HandPose.from_degrees({"index_pip_flexion": 90.0})

    assert pose["index_pip_flexion"] == pytest.approx(np.pi / 2)
    others = np.delete(pose.angles, ANGLE_INDEX["index_pip_flexion"])
    np.testing.assert_array_equal(others, np.delete(RESTING.angles, ANGLE_INDEX["index_pip_flexion"]))
    assert pose.with_degrees(index_pip_flexion=10)["index_pip_flexion"] == pytest.approx(np.radians(10))


def test_unknown_angle_is_refused() -> None:
    with pytest.raises(KeyError, match="index_elbow"):
        HandPose.from_degrees({"index_elbow": 3.0})


def test_impossible_angles_end_at_the_limits_and_stay_there() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        pose = clamp(HandPose(rng.uniform(-4, 4, ANGLE_COUNT)))
        assert (pose.angles >= LOWEST - 1e-12).all()
        assert (pose.angles <= HIGHEST + 1e-12).all()
        np.testing.assert_allclose(clamp(pose).angles, pose.angles, atol=1e-12)


def test_last_joint_follows_the_middle_one() -> None:
    bent = clamp(HandPose.from_degrees({"ring_pip_flexion": 110, "ring_dip_flexion": 0}))
    straight = clamp(HandPose.from_degrees({"ring_pip_flexion": 0, "ring_dip_flexion": 80}))

    assert bent["ring_dip_flexion"] > np.radians(20)
    assert straight["ring_dip_flexion"] < np.radians(30)


def test_bent_knuckle_hardly_spreads() -> None:
    straight = clamp(HandPose.from_degrees({"index_mcp_flexion": 0, "index_mcp_abduction": 25}))
    bent = clamp(HandPose.from_degrees({"index_mcp_flexion": 90, "index_mcp_abduction": 25}))

    assert straight["index_mcp_abduction"] == pytest.approx(np.radians(25))
    assert bent["index_mcp_abduction"] == pytest.approx(np.radians(12))


def test_blend_runs_from_one_pose_to_the_other() -> None:
    other = RESTING.with_degrees(little_pip_flexion=100)

    np.testing.assert_allclose(blend(RESTING, other, 0.0).angles, RESTING.angles)
    np.testing.assert_allclose(blend(RESTING, other, 1.0).angles, other.angles)
    half = blend(RESTING, other, 0.5)["little_pip_flexion"]
    assert half == pytest.approx((RESTING["little_pip_flexion"] + np.radians(100)) / 2)


def test_poses_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        RESTING.with_degrees(wrist_flexion=1).angles[0] = 1.0
