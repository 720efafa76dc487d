"""Tables of the bench of motion."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from handtrack.study.evaluation.motion.bench import MotionResults, MotionRow
from handtrack.study.evaluation.motion.samples import MotionMeasures
from handtrack.study.evaluation.report.grid import Grid
from handtrack.study.evaluation.report.table import number

_HEADS = [
    "frames until found, again",
    "never, of",
    "lost, of",
    "ghosts, of (longest)",
    "tips within 0.1 (as shown)",
    "joints within 0.15",
    "mean error, %",
    "jitter, % (raw)",
    "lag, ms",
    "other identity",
    "crossings with it, of",
    "other side (wrong, %)",
    "ms, p50 / p95",
    "processor, p50",
]


def motion_kind_grid(results: MotionResults) -> Grid:
    """A row for each kind of clip and follower."""
    return _grid("motion, by kind of clip", results.kinds, lambda row: row.kind)


def motion_clip_grid(results: MotionResults) -> Grid:
    """A row for each clip and follower."""
    return _grid("motion, by clip", results.clips, lambda row: row.clip)


def _grid(title: str, rows: Sequence[MotionRow], name: Callable[[MotionRow], str]) -> Grid:
    return Grid(
        [title, "tracker", *_HEADS],
        [[name(row), row.follower, *_cells(row.measures)] for row in rows],
    )


def _cells(m: MotionMeasures) -> list[str]:
    return [
        " / ".join(filter(None, (_frames(m.find), _frames(m.find_again)))),
        f"{m.never} of {m.appearances}" if m.appearances else "",
        f"{m.lost} of {m.whole}" if m.whole else "",
        f"{m.ghosts} of {m.frames} ({m.ghost_run})" if m.frames else "",
        f"{number(m.tips_within, 3)} ({number(m.tips_shown_within, 3)})" if m.whole else "",
        number(m.joints_within, 3),
        number(m.error_percent),
        f"{number(m.jitter_percent)} ({number(m.jitter_raw_percent)})"
        if math.isfinite(m.jitter_percent)
        else "",
        number(m.lag_ms, 0),
        "" if m.tracks is None else str(m.tracks),
        f"{m.crossed} of {m.crossings}" if m.crossings else "",
        f"{m.sides} ({number(m.wrong_sides * 100, 1)})" if m.whole else "",
        "" if m.time is None else f"{number(m.time.p50, 1)} / {number(m.time.p95, 1)}",
        "" if m.processor is None else number(m.processor.p50, 1),
    ]


def _frames(value: float) -> str:
    return "never" if math.isinf(value) else number(value, 1).removesuffix(".0")
