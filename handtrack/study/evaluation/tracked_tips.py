"""Measured finger tips as they are tracked through a clip, by our tracker and by MediaPipe's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from handtrack.skeleton import PINCHING_TIPS
from handtrack.study.evaluation.measured_clips import MeasuredClip
from handtrack.study.evaluation.measures.tips import TipMeasures, measure_tips
from handtrack.study.evaluation.motion.followers import MotionFollower
from handtrack.study.evaluation.motion.steadiness import bends


def measure_tracked_tips(
    clips: Sequence[MeasuredClip],
    followers: Sequence[tuple[str, MotionFollower]],
    progress: Callable[[int, int | None], None] | None = None,
) -> list[TipMeasures]:
    """Every follower over every clip from its beginning, one after the other, before smoothing.

    followers: each with the loops that it runs, in words, as `TipMeasures` has them. Of several hands in a
    frame the one nearest to the measured box counts. progress: called with the clips done and their total.
    Raises SourceError for a clip that cannot be read.
    """
    measures = []
    for number, (loops, follower) in enumerate(followers):
        errors: list[np.ndarray | None] = []
        jitter: list[float] = []
        for clip_number, clip in enumerate(clips, start=1):
            follower.start()
            _follow(clip, follower, errors, jitter)
            if progress:
                progress(number * len(clips) + clip_number, len(followers) * len(clips))
        measures.append(measure_tips("tracked", follower.name, loops, errors, jitter))
    return measures


def _follow(
    clip: MeasuredClip, follower: MotionFollower, errors: list[np.ndarray | None], jitter: list[float]
) -> None:
    """Add to errors a frame's (2,), and to jitter the tips' second differences, over the box's side."""
    tips, sides = [], []
    for frame, measured in clip.frames():
        hands = [hand.raw_2d for hand in follower.follow(frame).hands]
        nearest = None if measured is None else measured.nearest(hands)
        found = np.full((2, 2), np.nan) if nearest is None else hands[nearest][list(PINCHING_TIPS)]
        if measured is not None:
            errors.append(None if nearest is None else measured.errors(hands[nearest], PINCHING_TIPS))
        tips.append(found.astype(np.float64))
        sides.append(np.nan if measured is None else measured.side)
    jitter.extend(bends(np.array(tips), np.array(sides), np.ones(len(tips), bool)).tolist())
