"""Measured tips in fresh crops: on a detector and estimators that are told what to say, and on real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from handtrack.detectors.base import DetectedHand
from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.hand import Handedness
from handtrack.study.evaluation.contestants import mediapipe_contestants
from handtrack.study.evaluation.estimators import HandPicture, JointsFound
from handtrack.study.evaluation.fresh_tips import measure_fresh_tips
from handtrack.study.evaluation.measured_clips import MeasuredClip, load_measured_clips
from tests.handtrack.study.evaluation.conftest import SIZE, write_video

ROW = np.array([0.25, 0.25, 0.75, 0.75, 0.3, 0.3, 0.7, 0.3])
TIPS = ROW[4:].reshape(2, 2) * SIZE


def hand(middle: tuple[float, float], side: Handedness) -> DetectedHand:
    return DetectedHand(
        np.tile(np.array(middle, np.float32), (21, 1)), np.zeros((21, 3), np.float32), side, 1.0
    )


class Scripted:
    """Finds nothing in the first frame, and then a left hand in the corner and a right one in the box."""

    max_hands = 2

    def __init__(self) -> None:
        self._calls = 0

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        self._calls += 1
        return [] if self._calls == 1 else [hand((5, 5), "left"), hand((160, 120), "right")]

    def close(self) -> None:
        pass


class Told:
    """Answers the measured tips, moved by so much in each loop."""

    def __init__(self, name: str, moves: list[float], exits: list[float] | None = None) -> None:
        self.name = name
        self.asked: list[HandPicture] = []
        self._moves, self._exits = moves, exits

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        self.asked += pictures
        joints = np.zeros((len(self._moves), 21, 2))
        for loop, move in enumerate(self._moves):
            joints[loop, [4, 8]] = TIPS + np.array([move, 0])
        exits = None if self._exits is None else np.array(self._exits)
        return [JointsFound(joints, np.zeros((len(joints), 21, 3)), exit_probability=exits)]


def test_all_are_shown_the_detection_that_is_nearest_to_the_box(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 3)
    clip = MeasuredClip(tmp_path / "a.mp4", dict.fromkeys(range(3), ROW))
    network = Told("ours", [0.2 * SIZE[0], 0.0], [0.9, 1.0])
    peer, other_depth = Told("MediaPipe full", [0.0]), Told("MediaPipe full, image z", [0.0])

    measures = measure_fresh_tips([clip], Scripted(), [network, peer, other_depth], 0.5)

    assert [(each.estimator, each.loops, each.within) for each in measures] == [
        ("ours", "gate 0.5", 0.0),
        ("ours", "all 2", 1.0),
        ("MediaPipe full", "", 1.0),
    ]
    assert {(each.frames, each.found) for each in measures} == {(3, 2)}
    assert measures[0].error_percent == pytest.approx(40.0)  # the box is half as wide as the picture
    assert [picture.handedness for picture in network.asked] == ["right", "right"]
    assert peer.asked[0].rough_joints.mean(axis=0).tolist() == [160, 120]


def test_real_detections_lead_to_the_measured_tips(shared_data: Path, hand_bundle: Path) -> None:
    clip = load_measured_clips(shared_data / "clips" / "fast")[1]
    few = MeasuredClip(clip.path, {index: clip.rows[index] for index in range(0, 50, 7)})
    detector = MediaPipeHandDetector(hand_bundle, 2)
    try:
        [full] = measure_fresh_tips(
            [few], detector, [each.estimator for each in mediapipe_contestants(hand_bundle)], 0.5
        )
    finally:
        detector.close()

    assert (full.estimator, full.frames) == ("MediaPipe full", 8)
    assert full.found >= 5
    assert full.median_percent < 4
