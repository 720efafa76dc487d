"""The goals of tracking in motion, each with the value reached."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from handtrack.study.evaluation.goals import NOT_MEASURED, Goal
from handtrack.study.evaluation.limits import at_least, at_most
from handtrack.study.evaluation.motion.bench import ALL_RENDERED, MotionResults
from handtrack.study.evaluation.motion.real_clips import FAST
from handtrack.study.evaluation.motion.samples import MotionMeasures

_TO_SPEED: Final = 4.0  # hand sizes a second
_SAME_LAG_MS: Final = 3.0  # about a tenth of a frame, which is how well a lag is known
_NAN: Final = float("nan")


def check_motion_goals(results: MotionResults, ours: str, peer: str | None) -> list[Goal]:
    """All goals for the follower named `ours`, beside the one named `peer` where it took part.

    What was not measured is neither met nor missed.
    """

    def value(kind: str, name: str | None, read: Callable[[MotionMeasures], float]) -> float:
        measures = results.of(kind, name) if name else None
        return _NAN if measures is None else read(measures)

    def both(kind: str, read: Callable[[MotionMeasures], float]) -> tuple[float, float]:
        return value(kind, ours, read), value(kind, peer, read)

    tips, peer_tips = both(FAST, lambda m: m.tips_within)
    lost, peer_lost = both(FAST, lambda m: m.lost)
    p95, peer_p95 = both(FAST, lambda m: _NAN if m.time is None else m.time.p95)
    ghost_runs = [value(kind, ours, lambda m: m.ghost_run) for kind in ("cut", "leaving")]
    return [
        at_least("fast clips: both tips within 0.1", "MediaPipe VIDEO + 5 points", tips, peer_tips + 0.05),
        at_most("fast clips: frames missed", "half of MediaPipe VIDEO's", lost, peer_lost / 2),
        *(
            _steadier(what, both(kind, lambda m: m.jitter_percent), both(kind, lambda m: m.lag_ms))
            for what, kind in (("fast clips: jitter", FAST), ("rendered: jitter at rest", ALL_RENDERED))
        ),
        at_least(
            f"rendered, to {_TO_SPEED:g} hand sizes a second: all joints within 0.15",
            "97 % of frames",
            _within(results, ours),
            0.97,
        ),
        at_most(
            "rendered, leaving: frames until found again, median",
            "2",
            value("leaving", ours, lambda m: m.find_again),
            2.0,
        ),
        at_most("rendered, cuts and leaving: longest ghost, frames", "2", max(ghost_runs), 2.0),
        at_most(
            "rendered: frames with a ghost, %",
            "0.2",
            value(ALL_RENDERED, ours, lambda m: 100 * m.ghosts / m.frames if m.frames else _NAN),
            0.2,
        ),
        at_most(
            "rendered: crossings that changed an identity, %",
            "2",
            value("crossing", ours, lambda m: 100 * m.crossed / m.crossings if m.crossings else _NAN),
            2.0,
        ),
        at_least(
            "fast clips, worst of other conditions: both tips within 0.1, over MediaPipe VIDEO's",
            "0",
            _least_lead(results, ours, peer),
            0.0,
        ),
        at_most("fast clips: p95 of a frame, ms", "2/3 of MediaPipe VIDEO's", p95, peer_p95 * 2 / 3),
    ]


def _steadier(what: str, jitter: tuple[float, float], lag: tuple[float, float]) -> Goal:
    aim = "<= 0.7 x MediaPipe VIDEO at no more lag"
    if any(map(math.isnan, (*jitter, *lag))):
        return Goal(what, aim, NOT_MEASURED, None)
    met = jitter[0] <= 0.7 * jitter[1] and lag[0] <= lag[1] + _SAME_LAG_MS
    reached = f"{jitter[0]:.3g} of {jitter[1]:.3g} % at {lag[0]:.0f} of {lag[1]:.0f} ms"
    return Goal(what, aim, reached, met)


def _least_lead(results: MotionResults, ours: str, peer: str | None) -> float:
    """Of all conditions that clips are also followed under."""
    own, other = (
        {row.kind: row.measures.tips_within for row in results.kinds if row.follower == name}
        for name in (ours, peer)
    )
    return min((own[kind] - other[kind] for kind in other if kind.startswith(f"{FAST}, ")), default=_NAN)


def _within(results: MotionResults, name: str) -> float:
    """Share of frames with all joints within reach, in the clips of one speed each, up to the limit."""
    rows = [
        row.measures
        for row in results.clips
        if row.follower == name and row.kind == "speed" and float(row.clip.split("_")[1]) <= _TO_SPEED
    ]
    whole = sum(each.whole for each in rows)
    return sum(each.joints_within * each.whole for each in rows) / whole if whole else _NAN
