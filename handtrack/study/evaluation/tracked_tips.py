"""Measured finger tips as they are tracked through a clip, by our tracker and by MediaPipe's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from handtrack.hand import Frame
from handtrack.skeleton import PINCHING_TIPS
from handtrack.study.evaluation.fresh_tips import gate_loops
from handtrack.study.evaluation.measured_clips import MeasuredClip
from handtrack.study.evaluation.measures.tips import TipMeasures, measure_tips
from handtrack.study.evaluation.speed.peers import ClipLandmarker
from handtrack.tracking.tracker import HandTracker


class Follower(Protocol):
    """Whoever follows hands from frame to frame. loops: as `TipMeasures` has it."""

    name: str
    loops: str

    def start(self) -> None:
        """Forget everything: a clip begins."""
        ...

    def follow(self, frame: Frame) -> list[np.ndarray]:
        """Joints (21, 2), in pixels and not smoothed, of the hands in the next frame."""
        ...


class TrackerFollower:
    """Our tracker at one threshold of the gate; several may share a tracker, one after the other."""

    def __init__(self, name: str, tracker: HandTracker, threshold: float) -> None:
        self.name = name
        self.loops = gate_loops(threshold) if threshold < 1 else f"all {tracker.max_iterations}"
        self._tracker = tracker
        self._threshold = threshold

    def start(self) -> None:
        """Forget all hands."""
        self._tracker.gate_threshold = self._threshold
        self._tracker.reset()

    def follow(self, frame: Frame) -> list[np.ndarray]:
        """Joints before smoothing."""
        return [hand.raw_joints_2d for hand in self._tracker.process_frame(frame).hands]


class LandmarkerFollower(ClipLandmarker):
    """MediaPipe's HandLandmarker in VIDEO mode."""

    loops = ""

    def follow(self, frame: Frame) -> list[np.ndarray]:
        """Its image landmarks."""
        assert self._landmarker is not None, "start comes first"
        found = self._landmarker.run(self._landmarker.prepare(frame))
        return [
            np.array([(point.x, point.y) for point in hand]) * np.array(frame.size)
            for hand in found.hand_landmarks
        ]


def measure_tracked_tips(
    clips: Sequence[MeasuredClip],
    followers: Sequence[Follower],
    progress: Callable[[int, int | None], None] | None = None,
) -> list[TipMeasures]:
    """Every follower over every clip from its beginning, one after the other.

    Of several hands in a frame the one nearest to the measured box counts. progress: called with the clips
    done and their total. Raises SourceError for a clip that cannot be read.
    """
    measures = []
    for number, follower in enumerate(followers):
        errors: list[np.ndarray | None] = []
        bends: list[float] = []
        for clip_number, clip in enumerate(clips, start=1):
            follower.start()
            _follow(clip, follower, errors, bends)
            if progress:
                progress(number * len(clips) + clip_number, len(followers) * len(clips))
        measures.append(measure_tips("tracked", follower.name, follower.loops, errors, bends))
    return measures


def _follow(
    clip: MeasuredClip, follower: Follower, errors: list[np.ndarray | None], bends: list[float]
) -> None:
    """Add to errors a frame's (2,), and to bends the tips' second differences, over the box's side."""
    last: list[tuple[np.ndarray, float]] = []  # tips and box sides of the frames in a row so far
    for frame, measured in clip.frames():
        hands = follower.follow(frame)
        nearest = None if measured is None else measured.nearest(hands)
        if measured is not None:
            errors.append(None if nearest is None else measured.errors(hands[nearest], PINCHING_TIPS))
        if measured is None or nearest is None:
            last = []
            continue
        last = [*last, (hands[nearest][list(PINCHING_TIPS)].astype(np.float64), measured.side)][-3:]
        if len(last) == 3:
            (before, _), (now, side), (after, _) = last
            bends.extend((np.linalg.norm(before - 2 * now + after, axis=1) / side).tolist())
