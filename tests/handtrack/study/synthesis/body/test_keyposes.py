from __future__ import annotations

import itertools

import numpy as np
import pytest

from handtrack.study.synthesis.body.anatomy import ANGLE_INDEX, HIGHEST, LOWEST, HandPose, clamp
from handtrack.study.synthesis.body.keyposes import keyposes, random_pose
from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.penetration import TOLERANCE, penetration
from handtrack.study.synthesis.body.rig import joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import Subject, random_subject


def test_there_are_at_least_sixty_poses_no_two_alike() -> None:
    poses = keyposes()

    assert len(poses) >= 60
    for (one, a), (other, b) in itertools.combinations(poses.items(), 2):
        assert np.degrees(np.abs(a.angles - b.angles)).max() > 6, f"{one} is {other}"


@pytest.mark.parametrize("name", keyposes())
def test_keypose_is_possible(right_hand: HandMesh, name: str) -> None:
    pose = keyposes()[name]

    np.testing.assert_allclose(clamp(pose).angles, pose.angles)
    assert penetration(right_hand, Subject(), pose) <= TOLERANCE


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("ok", 4, 8), ("thumb_to_middle", 4, 12), ("thumb_to_ring", 4, 16), ("thumb_to_little", 4, 20)],
)
def test_pinching_fingertips_meet(right_hand: HandMesh, name: str, first: int, second: int) -> None:
    joints = joints_21(pose_hand(right_hand, Subject(), keyposes()[name]))

    assert np.linalg.norm(joints[first] - joints[second]) < 0.022


def test_crossed_fingers_cross(right_hand: HandMesh) -> None:
    joints = joints_21(pose_hand(right_hand, Subject(), keyposes()["letter_r"]))

    assert joints[5, 0] > joints[9, 0]  # at the knuckles the index is on the thumb's side
    assert joints[8, 0] < joints[12, 0]  # at the tips the middle finger is


def test_same_seed_gives_the_same_pose(right_hand: HandMesh) -> None:
    first, second = (random_pose(np.random.default_rng(9), right_hand, Subject()) for _ in range(2))

    np.testing.assert_array_equal(first.angles, second.angles)


def test_random_poses_are_possible_for_their_subject(right_hand: HandMesh) -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        subject = random_subject(rng)
        pose = random_pose(rng, right_hand, subject)
        assert (pose.angles >= LOWEST - 1e-9).all()
        assert (pose.angles <= HIGHEST + 1e-9).all()
        assert penetration(right_hand, subject, pose) <= TOLERANCE * subject.scale


def test_random_poses_use_the_whole_range_of_the_joints(right_hand: HandMesh) -> None:
    rng = np.random.default_rng(2)
    angles = np.degrees([random_pose(rng, right_hand, Subject()).angles for _ in range(200)])

    for name in ("index_pip_flexion", "little_pip_flexion", "middle_mcp_flexion"):
        assert np.ptp(angles[:, ANGLE_INDEX[name]]) > 80
    assert angles[:, ANGLE_INDEX["wrist_flexion"]].std() > 12
    assert np.ptp(angles[:, ANGLE_INDEX["thumb_cmc_palmar"]]) > 35


def test_pose_that_would_penetrate_is_replaced(right_hand: HandMesh, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[HandPose] = []

    def only_the_sixth(mesh: HandMesh, subject: Subject, pose: HandPose) -> bool:
        calls.append(pose)
        return len(calls) == 6

    monkeypatch.setattr("handtrack.study.synthesis.body.keyposes.is_possible", only_the_sixth)
    pose = random_pose(np.random.default_rng(4), right_hand, Subject())

    assert len(calls) == 6
    assert pose is calls[-1]


def test_a_free_thumb_is_anywhere_and_the_fingers_as_named(right_hand: HandMesh) -> None:
    def drawn(free_thumb: bool) -> np.ndarray:
        rng = np.random.default_rng(2)
        poses = [random_pose(rng, right_hand, Subject(), ("point",), free_thumb) for _ in range(60)]
        return np.degrees([pose.angles for pose in poses])

    usual, free = drawn(False).std(axis=0), drawn(True).std(axis=0)
    for name in ("thumb_cmc_radial", "thumb_cmc_palmar", "thumb_ip_flexion"):
        assert usual[ANGLE_INDEX[name]] < 8 < 12 < free[ANGLE_INDEX[name]], name
    assert free[ANGLE_INDEX["index_pip_flexion"]] < 8
