"""All that is counted of one follower in some clips, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from handtrack.skeleton import PINCHING_TIPS
from handtrack.study.evaluation.measures.tips import WITHIN
from handtrack.study.evaluation.motion.finding import frames_lost, frames_to_find, longest_run
from handtrack.study.evaluation.motion.identity import changed_crossings, changes, crossings
from handtrack.study.evaluation.motion.matching import NONE, Followed
from handtrack.study.evaluation.motion.steadiness import bends, lag_ms, resting
from handtrack.study.evaluation.motion.truth import SHOWN, MotionTruth
from handtrack.study.evaluation.speed.timing import Percentiles, percentiles

JOINTS_WITHIN = 0.15
"""How far all joints may be off, over the hand's size."""


@dataclass(frozen=True, slots=True)
class MotionSamples:
    """Counts and lists that add up over clips.

    find, find_again: frames, see `finding.frames_to_find`. lost of whole frames: see `frames_lost`. ghosts of
    frames: those with a ghost, of those in which all hands are known; ghost_run: most in a row. tips: frames'
    worse error of thumb and index tip, over the hand's size; joints: worst of all joints, where they are
    known; errors: mean of those that are known; tips_shown: as tips, of what users see. All of whole hands
    that were found. rest: second differences where the hand rests, or of all frames where nobody knows, over
    its size, of what users see; rest_raw: before smoothing. lags: ms, of what users see, one a hand. tracks,
    sides: changes of identity and handedness; tracked: frames with an identity; wrong_sides of sided: frames
    with the wrong side. crossed of crossings: that changed an identity. ms, processor_ms: of every frame.
    """

    find: list[float] = field(default_factory=list)
    find_again: list[float] = field(default_factory=list)
    lost: int = 0
    whole: int = 0
    ghosts: int = 0
    ghost_run: int = 0
    frames: int = 0
    tips: list[float] = field(default_factory=list)
    tips_shown: list[float] = field(default_factory=list)
    joints: list[float] = field(default_factory=list)
    joints_whole: int = 0
    errors: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)
    rest_raw: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    tracks: int = 0
    tracked: int = 0
    sides: int = 0
    wrong_sides: int = 0
    sided: int = 0
    crossed: int = 0
    crossings: int = 0
    ms: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MotionMeasures:
    """What samples come to; NaN or None where there are none.

    find, find_again: medians, frames; appearances: how many there are in all, never: of them never found.
    lost of whole: frames. ghosts of frames, ghost_run: frames. tips_within, tips_shown_within: share of
    frames with a whole hand in which both tips are within `WITHIN`; joints_within: all joints within
    `JOINTS_WITHIN`. error_percent, jitter_percent, jitter_raw_percent: means, in % of the hand's size.
    lag_ms: median over hands. The others as in `MotionSamples`; time, processor: ms a frame.
    """

    find: float
    find_again: float
    appearances: int
    never: int
    lost: int
    whole: int
    ghosts: int
    ghost_run: int
    frames: int
    tips_within: float
    tips_shown_within: float
    joints_within: float
    error_percent: float
    jitter_percent: float
    jitter_raw_percent: float
    lag_ms: float
    tracks: int | None
    sides: int
    wrong_sides: float
    crossed: int
    crossings: int
    time: Percentiles | None
    processor: Percentiles | None


def gather(
    truth: MotionTruth,
    followed: Followed,
    ms: Sequence[float] = (),
    processor_ms: Sequence[float] = (),
) -> MotionSamples:
    """Everything counted of one clip."""
    found = MotionSamples(
        ghosts=int((followed.ghosts > 0).sum()),
        ghost_run=longest_run(followed.ghosts > 0),
        frames=truth.frames if truth.complete else 0,
        ms=list(ms),
        processor_ms=list(processor_ms),
    )
    parts = [found, *(_of_hand(truth, followed, hand) for hand in range(len(truth.hands)))]
    overlaps = crossings(truth.middle, truth.size)
    if overlaps and (followed.track != NONE).any():
        crossed, judged = changed_crossings(followed.track, overlaps)
        parts.append(MotionSamples(crossed=crossed, crossings=judged))
    return merge(parts)


def merge(parts: Sequence[MotionSamples]) -> MotionSamples:
    """Samples of several clips together."""
    values: dict[str, Any] = {}
    for each in fields(MotionSamples):
        own = [getattr(part, each.name) for part in parts]
        if each.name == "ghost_run":
            values[each.name] = max(own, default=0)
        else:
            values[each.name] = sum(own, start=[] if own and isinstance(own[0], list) else 0)
    return MotionSamples(**values)


def summarise(samples: MotionSamples) -> MotionMeasures:
    """What the samples come to."""
    s = samples
    waits = s.find + s.find_again

    def share(errors: list[float], limit: float, of: int) -> float:
        return sum(error <= limit for error in errors) / of if of else float("nan")

    def mean(values: list[float]) -> float:
        return float(np.mean(values)) if values else float("nan")

    def median(values: list[float]) -> float:
        return float(np.median(values)) if values else float("nan")

    return MotionMeasures(
        find=median(s.find),
        find_again=median(s.find_again),
        appearances=len(waits),
        never=int(np.isinf(waits).sum()),
        lost=s.lost,
        whole=s.whole,
        ghosts=s.ghosts,
        ghost_run=s.ghost_run,
        frames=s.frames,
        tips_within=share(s.tips, WITHIN, s.whole),
        tips_shown_within=share(s.tips_shown, WITHIN, s.whole),
        joints_within=share(s.joints, JOINTS_WITHIN, s.joints_whole),
        error_percent=mean(s.errors) * 100,
        jitter_percent=mean(s.rest) * 100,
        jitter_raw_percent=mean(s.rest_raw) * 100,
        lag_ms=median([lag for lag in s.lags if np.isfinite(lag)]),
        tracks=s.tracks if s.tracked else None,
        sides=s.sides,
        wrong_sides=s.wrong_sides / s.sided if s.sided else float("nan"),
        crossed=s.crossed,
        crossings=s.crossings,
        time=percentiles(s.ms),
        processor=percentiles(s.processor_ms),
    )


def _of_hand(truth: MotionTruth, followed: Followed, hand: int) -> MotionSamples:
    state, size = truth.state[:, hand], truth.size[:, hand]
    joints, shown, raw = truth.joints_2d[:, hand], followed.shown[:, hand], followed.raw[:, hand]
    seen = followed.found[:, hand]
    waits = frames_to_find(state, seen)
    lost, whole = frames_lost(state, seen)
    judged = (state == SHOWN) & seen
    errors, errors_shown = (
        np.linalg.norm(each - joints, axis=2)[judged] / size[judged, None] for each in (raw, shown)
    )
    measured = np.flatnonzero(np.isfinite(joints).any(axis=(0, 2)))
    all_known = len(measured) == joints.shape[1]
    tips = list(PINCHING_TIPS)
    # Where nobody knows when the hand rests, all its motion counts, as in `tracked_tips`.
    rest = state == SHOWN
    if truth.complete:
        rest = rest & resting(joints, size)
    points = measured if truth.complete else tips
    right = np.where(state == SHOWN, followed.right[:, hand], NONE)
    side = truth.hands[hand]
    sided = right != NONE if side is not None else np.zeros(len(right), bool)
    return MotionSamples(
        find=waits[:1],
        find_again=waits[1:],
        lost=lost,
        whole=whole,
        tips=errors[:, tips].max(axis=1).tolist(),
        tips_shown=errors_shown[:, tips].max(axis=1).tolist(),
        joints=errors.max(axis=1).tolist() if all_known else [],
        joints_whole=whole if all_known else 0,
        errors=errors[:, measured].mean(axis=1).tolist(),
        rest=bends(shown[:, points], size, rest).tolist(),
        rest_raw=bends(raw[:, points], size, rest).tolist(),
        lags=[lag_ms(joints[:, measured], shown[:, measured], truth.fps)],
        tracks=changes(followed.track[:, hand], state),
        tracked=int((followed.track[:, hand] != NONE).sum()),
        sides=changes(right, state),
        wrong_sides=int((right[sided] != int(side == "right")).sum()),
        sided=int(sided.sum()),
    )
