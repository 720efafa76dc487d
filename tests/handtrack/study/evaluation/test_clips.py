"""Measures of tracked clips, on a tracker that is told what to see, and on a real clip."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest

from handtrack.hand import Crop, Frame, FrameResult, Hand, IterationEstimate
from handtrack.study.datasets.labelling.label_store import LabelledHand
from handtrack.study.evaluation.clips import clip_frames, labels_by_clip, measure_clip
from handtrack.tracking import HandTracker

POSE = np.random.default_rng(0).uniform(100, 200, (21, 2)).astype(np.float32)
EXTENT = float(np.ptp(POSE, axis=0).max())


def _hand(joints_2d: np.ndarray, first_2d: np.ndarray) -> Hand:
    flat = np.zeros((21, 3), np.float32)
    sigma = np.ones(21, np.float32)
    trace = tuple(IterationEstimate(xy, flat, sigma, sigma, 0.5) for xy in (first_2d, joints_2d))
    crop = Crop((150.0, 150.0), 150.0, 0.0)
    return Hand(joints_2d, flat, sigma, sigma, 2, 0.5, "right", 1.0, 7, crop, trace, joints_2d, flat)


class Scripted:
    """Sees the pose moved by a step a frame, with a tremble, and first beside it by a tenth of its extent."""

    def __init__(self, tremble: float) -> None:
        self._tremble = tremble
        self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def process_frame(self, frame: Frame) -> FrameResult:
        if frame.index == 0:
            return FrameResult(frame, (), True, 0.5, 3)
        joints = POSE + np.array([2.0 * frame.index + self._tremble * (-1) ** frame.index, 0], np.float32)
        beside = joints + np.array([0.1 * EXTENT, 0], np.float32)
        return FrameResult(frame, (_hand(joints, beside),), False, 0.5, 3)


def _label(name: str, joints_2d: np.ndarray) -> LabelledHand:
    zeros = np.zeros(21, np.float32)
    return LabelledHand(name, joints_2d, zeros, zeros, "right", 1.0, 0.0)


@pytest.mark.parametrize("tremble", [0.0, 1.5])
def test_a_clip_is_measured(tremble: float) -> None:
    frames = [Frame(np.zeros((300, 300, 3), np.uint8), i / 30, i) for i in range(9)]
    truth = POSE + np.array([2.0 * 4 + tremble, 0], np.float32)
    elsewhere = POSE + 1000
    labels = labels_by_clip(
        [_label("clips/a.mp4#4", truth), _label("clips/a.mp4#4", elsewhere), _label("images/b.jpg", POSE)]
    )
    assert set(labels) == {"clips/a.mp4"}
    tracker = Scripted(tremble)

    measured = measure_clip("clips/a.mp4", "warm", cast(HandTracker, tracker), frames, labels["clips/a.mp4"])

    assert tracker.resets == 1
    assert measured.frames == 9
    assert measured.tracked == pytest.approx(8 / 9)
    assert measured.mean_loops == 2.0
    # An even motion has no second difference; a tremble of t has one of 4 t.
    assert measured.jitter_percent == pytest.approx(4 * tremble / EXTENT * 100, abs=1e-3)
    assert measured.hands == 1, "a labelled hand where none was tracked does not count"
    assert measured.error_percent == pytest.approx(0.0, abs=1e-3)
    assert measured.first_error_percent == pytest.approx(10.0, abs=1e-3)


def test_all_frames_of_a_clip_are_read(counting_clip: Path) -> None:
    frames = list(clip_frames(counting_clip))
    assert len(frames) > 400
    assert [frame.index for frame in frames] == list(range(len(frames)))
