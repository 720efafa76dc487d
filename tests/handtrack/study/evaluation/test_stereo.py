from __future__ import annotations

import shutil

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.evaluation.stereo import (
    MAX_REPROJECTION,
    MIN_JOINTS,
    SeenHand,
    find_stereo_hands,
    metres_per_unit,
    triangulate_hand,
)
from handtrack.study.evaluation.stereo_rig import StereoRig
from tests.handtrack.study.evaluation.conftest import UNIT, StereoScene, spread_hand, write_video


class ScriptedTeacher:
    """Says for the n-th picture what it was told to."""

    def __init__(self, answers: list[list[SeenHand]]) -> None:
        self._answers = iter(answers)

    def __call__(self, image: np.ndarray) -> list[SeenHand]:
        return next(self._answers)


def teachers(scene: StereoScene) -> list[list[list[SeenHand]]]:
    """What a perfect teacher says, by view and frame; a test spoils it."""
    return [
        [[SeenHand(camera.project(joints), "right")] for joints in scene.joints]
        for camera in scene.rig.cameras
    ]


def find(scene: StereoScene, answers: list[list[list[SeenHand]]]):
    return find_stereo_hands(
        scene.folder, scene.rig, (ScriptedTeacher(answers[0]), ScriptedTeacher(answers[1]))
    )


def across_epipolar_line(rig: StereoRig, point: np.ndarray) -> np.ndarray:
    """Direction (2,) in the second view in which a joint seen at point in the first leaves its line."""
    line = np.append(point, 1) @ rig.fundamental.T
    return line[:2] / np.linalg.norm(line[:2])


def test_hands_that_both_views_agree_on_are_kept_with_their_place(stereo_scene: StereoScene) -> None:
    hands, counts = find(stereo_scene, teachers(stereo_scene))

    assert [hand.frame for hand in hands] == list(range(6))
    for hand, joints in zip(hands, stereo_scene.joints, strict=True):
        assert hand.points == pytest.approx(joints, abs=1e-6)
        assert hand.known.all()
    assert (counts.frames, counts.both, counts.agreeing, counts.kept) == (6, 6, 6, 6)
    assert counts.joints == 6 * 21
    assert counts.reprojection_kept < 1e-6


def test_joints_off_their_epipolar_lines_are_not_known(stereo_scene: StereoScene) -> None:
    answers = teachers(stereo_scene)
    joints = answers[1][2][0].joints_2d
    for joint in (4, 8):
        joints[joint] += (
            5 * MAX_REPROJECTION * across_epipolar_line(stereo_scene.rig, answers[0][2][0].joints_2d[joint])
        )

    hands, _ = find(stereo_scene, answers)

    assert np.flatnonzero(~hands[2].known).tolist() == [4, 8]
    assert hands[1].known.all()


def test_a_frame_with_too_few_agreeing_joints_is_left_out(stereo_scene: StereoScene) -> None:
    answers = teachers(stereo_scene)
    joints = answers[1][2][0].joints_2d
    for joint in range(21 - MIN_JOINTS + 1):
        joints[joint] += (
            5 * MAX_REPROJECTION * across_epipolar_line(stereo_scene.rig, answers[0][2][0].joints_2d[joint])
        )

    hands, counts = find(stereo_scene, answers)

    assert [hand.frame for hand in hands] == [0, 1, 3, 4, 5]
    assert (counts.both, counts.agreeing) == (6, 5)
    assert counts.reprojection_all < MAX_REPROJECTION


def test_a_bone_that_changes_its_length_betrays_a_joint_both_views_agree_on(
    stereo_scene: StereoScene,
) -> None:
    answers = teachers(stereo_scene)
    joints = stereo_scene.joints[3].copy()
    joints[12] += 1.6 * (joints[12] - joints[11])  # a wrong place in space, seen alike by both
    for view, camera in enumerate(stereo_scene.rig.cameras):
        answers[view][3] = [SeenHand(camera.project(joints), "right")]

    hands, counts = find(stereo_scene, answers)

    assert np.flatnonzero(~hands[3].known).tolist() == [12]
    assert counts.kept == 6
    assert counts.joints == 6 * 21 - 1


def test_a_frame_whose_hand_one_view_misses_is_left_out(stereo_scene: StereoScene) -> None:
    answers = teachers(stereo_scene)
    answers[0][1] = []

    hands, counts = find(stereo_scene, answers)

    assert [hand.frame for hand in hands] == [0, 2, 3, 4, 5]
    assert (counts.frames, counts.both) == (6, 5)


def test_of_several_finds_the_pair_that_fits_is_taken(rig: StereoRig) -> None:
    hand = (spread_hand() - spread_hand().mean(axis=0)) * 1000 / UNIT
    other = hand + np.array([3.0, 2.0, 1.0])
    first, second = (
        [SeenHand(camera.project(points), "left") for points in (other, hand)] for camera in rig.cameras
    )

    found = triangulate_hand(rig, 0, first, second[1:])

    assert found is not None
    assert found.points == pytest.approx(hand, abs=1e-6)


def test_nothing_to_keep_is_no_failure(stereo_scene: StereoScene) -> None:
    hands, counts = find(stereo_scene, [[[]] * 6, [[]] * 6])

    assert hands == []
    assert (counts.frames, counts.both, counts.kept, counts.joints) == (6, 0, 0, 0)


def test_the_unit_is_set_by_a_palm_of_90_mm(stereo_scene: StereoScene) -> None:
    hands, _ = find(stereo_scene, teachers(stereo_scene))

    # The hand's palm is 90 mm long, but for the proportions that all of the palm votes with.
    assert metres_per_unit(hands) == pytest.approx(UNIT / 1000, rel=0.05)


def test_videos_of_different_length_are_refused(stereo_scene: StereoScene) -> None:
    write_video(stereo_scene.folder / "cam1.mp4", 4)

    with pytest.raises(SourceError, match="ends after 4 frames"):
        find(stereo_scene, teachers(stereo_scene))


def test_a_missing_video_is_named(stereo_scene: StereoScene) -> None:
    (stereo_scene.folder / "cam1.mp4").unlink()

    with pytest.raises(SourceError, match=r"cam1\.mp4 is missing"):
        find(stereo_scene, teachers(stereo_scene))


def test_a_file_that_is_no_video_is_named(stereo_scene: StereoScene) -> None:
    shutil.copy(stereo_scene.folder / "c0.dat", stereo_scene.folder / "cam0.mp4")

    with pytest.raises(SourceError, match=r"cam0\.mp4"):
        find(stereo_scene, teachers(stereo_scene))
