"""Measured tips as they are tracked: by followers that are told what to see, and by real ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from handtrack.config import TrackerSettings
from handtrack.hand import Frame
from handtrack.study.evaluation.measured_clips import MeasuredClip, load_measured_clips
from handtrack.study.evaluation.motion.followers import LandmarkerMotion, MotionFollower, Shown, TrackerMotion
from handtrack.study.evaluation.motion.matching import ShownHand
from handtrack.study.evaluation.tracked_tips import measure_tracked_tips
from handtrack.tracking import HandTracker
from tests.handtrack.study.evaluation.conftest import SIZE, write_video

ROW = np.array([0.25, 0.25, 0.75, 0.75, 0.3, 0.3, 0.7, 0.3])
SIDE = SIZE[0] / 2


class Scripted:
    """Sees the measured hand tremble by so many pixels to and fro, and one in the corner; misses a frame."""

    name = "scripted"

    def __init__(self, tremble: float, missed: int | None = None) -> None:
        self.starts = 0
        self._tremble, self._missed = tremble, missed

    def start(self) -> None:
        self.starts += 1

    def follow(self, frame: Frame) -> Shown:
        if frame.index == self._missed:
            return Shown([], 0.0, 0.0)
        joints = np.tile(np.array(SIZE) / 2, (21, 1))
        joints[[4, 8]] = ROW[4:].reshape(2, 2) * SIZE + [self._tremble * (-1) ** frame.index, 0]
        # What is shown to users, who see smoothed joints, does not count here.
        hands = [ShownHand(np.zeros((21, 2)), each, "right", None) for each in (np.zeros((21, 2)), joints)]
        return Shown(hands, 0.0, 0.0)

    def afterwards(self, shown: Sequence[Shown], times: np.ndarray) -> None:
        return None


@pytest.fixture
def clips(tmp_path: Path) -> list[MeasuredClip]:
    for name in ("a", "b"):
        write_video(tmp_path / f"{name}.mp4", 5)
    return [MeasuredClip(tmp_path / f"{name}.mp4", dict.fromkeys(range(5), ROW)) for name in ("a", "b")]


@pytest.mark.parametrize("tremble", [0.0, 2.0])
def test_each_clip_is_followed_from_its_beginning(clips: list[MeasuredClip], tremble: float) -> None:
    follower = Scripted(tremble)

    [measured] = measure_tracked_tips(clips, [("", follower)])

    assert follower.starts == 2
    assert (measured.way, measured.frames, measured.found, measured.within) == ("tracked", 10, 10, 1.0)
    assert measured.error_percent == pytest.approx(tremble / SIDE * 100)
    assert measured.jitter_percent == pytest.approx(4 * tremble / SIDE * 100)


def test_a_lost_hand_is_a_miss_and_its_return_no_jitter(clips: list[MeasuredClip]) -> None:
    # Without the middle frame there are no three in a row.
    [measured] = measure_tracked_tips(clips[:1], [("", Scripted(2.0, missed=2))])

    assert (measured.found, measured.within) == (4, pytest.approx(0.8))
    assert measured.jitter_percent is not None
    assert np.isnan(measured.jitter_percent)


def test_real_trackers_follow_a_fast_hand(shared_data: Path, hand_bundle: Path) -> None:
    clip = load_measured_clips(shared_data / "clips" / "fast")[2]
    few = MeasuredClip(clip.path, {index: clip.rows[index] for index in range(40)})
    gated = TrackerSettings(gate_threshold=0.5)
    whole = TrackerSettings(gate_threshold=1.0)
    with HandTracker.load() as tracker, closing(LandmarkerMotion("MediaPipe full", hand_bundle, 2)) as peer:
        followers: list[tuple[str, MotionFollower]] = [
            ("gate 0.5", TrackerMotion("ours", tracker, gated)),
            ("all", TrackerMotion("ours", tracker, whole)),
            ("", peer),
        ]
        measures = measure_tracked_tips([few], followers)

    assert [(each.estimator, each.loops) for each in measures] == [
        ("ours", "gate 0.5"),
        ("ours", "all"),
        ("MediaPipe full", ""),
    ]
    assert measures[0].error_percent != measures[1].error_percent, "a shared tracker has each one's threshold"
    for each in measures:
        assert each.frames == 40
        assert each.found >= 30
        assert each.median_percent < 8
