"""Followers over clips: told what to show, and real ones on a real clip."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handtrack.config import TrackerSettings
from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.study.evaluation.measured_clips import MeasuredClip, load_measured_clips
from handtrack.study.evaluation.motion.bench import ALL_RENDERED, RECORDED, measure_motion
from handtrack.study.evaluation.motion.followers import (
    LandmarkerMotion,
    MotionFollower,
    Shown,
    TrackerMotion,
)
from handtrack.study.evaluation.motion.real_clips import FAST, measured_truth
from handtrack.study.evaluation.motion.truth import MotionTruth
from handtrack.tracking import HandTracker
from tests.handtrack.study.evaluation.conftest import write_video
from tests.handtrack.study.evaluation.motion.made_truth import made_truth, shown_at


class Scripted:
    """Shows a hand so many pixels off in each frame, and notes the times that it is given."""

    def __init__(self, name: str, off: float) -> None:
        self.name = name
        self.times: list[float] = []
        self._off = off

    def start(self) -> None:
        self.times.append(-1.0)

    def afterwards(self, shown: Sequence[Shown], times: np.ndarray) -> None:
        return None

    def follow(self, frame: Frame) -> Shown:
        self.times.append(frame.timestamp)
        return Shown([shown_at(self._off, 0)], 2.0, 3.0)


@pytest.fixture
def truths(tmp_path: Path) -> list[MotionTruth]:
    made = []
    for name, kind, fps in (("a", "cut", 15.0), ("b", "turn", 60.0)):
        write_video(tmp_path / f"{name}.mp4", 4)
        truth = made_truth(np.zeros((4, 1, 2)), fps=fps)
        made.append(replace(truth, name=name, kind=kind, video=tmp_path / f"{name}.mp4"))
    return made


def test_every_follower_sees_every_clip_from_its_beginning_at_its_true_times(
    truths: list[MotionTruth],
) -> None:
    near, far = Scripted("near", 4), Scripted("far", 14)

    results = measure_motion(truths, [near, far])

    for follower in (near, far):
        assert follower.times == pytest.approx([-1, 0, 1 / 15, 2 / 15, 3 / 15, -1, 0, 1 / 60, 2 / 60, 3 / 60])
    assert [(row.clip, row.follower) for row in results.clips] == [
        (clip, name) for clip in ("a", "b") for name in ("near", "far")
    ]
    assert [(row.kind, row.follower) for row in results.kinds] == [
        (kind, name) for kind in ("cut", "turn", ALL_RENDERED) for name in ("near", "far")
    ]
    whole = results.of(ALL_RENDERED, "far")
    assert whole is not None
    assert (whole.whole, whole.tips_within, whole.joints_within) == (8, 0.0, 1.0)
    assert whole.error_percent == pytest.approx(14)
    assert whole.time is not None
    assert (whole.time.count, whole.time.p50) == (8, 2.0)
    assert results.of("leaving", "far") is None


def test_a_clip_that_has_lost_frames_is_named(truths: list[MotionTruth]) -> None:
    write_video(truths[0].video, 3)

    with pytest.raises(SourceError, match=r"a\.mp4 has 3 frames and its truth 4"):
        measure_motion(truths, [Scripted("one", 0)])


def test_real_trackers_follow_a_fast_hand(shared_data: Path, hand_bundle: Path) -> None:
    clip = load_measured_clips(shared_data / "clips" / "fast")[1]
    few = measured_truth(MeasuredClip(clip.path, {index: clip.rows[index] for index in range(50)}))
    with HandTracker.load() as tracker, closing(LandmarkerMotion("peer", hand_bundle, 2)) as peer:
        followers: list[MotionFollower] = [TrackerMotion("ours", tracker, TrackerSettings()), peer]
        results = measure_motion([few], followers)

    for name in ("ours", "peer"):
        measured = results.of(FAST, name)
        assert measured is not None
        assert measured.whole == 50
        assert measured.lost <= 5
        assert measured.tips_within > 0.7
        assert abs(measured.lag_ms) < 34
        assert measured.time is not None
        assert measured.time.count == few.frames
    live, recorded = results.of(FAST, "ours"), results.of(FAST, "ours" + RECORDED)
    assert live is not None
    assert recorded is not None
    assert recorded.jitter_percent < live.jitter_percent
    assert abs(recorded.lag_ms) <= abs(live.lag_ms) + 1
    assert results.of(FAST, "peer" + RECORDED) is None
