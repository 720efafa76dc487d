# SPDX-License-Identifier: GPL-3.0-or-later
"""What other thresholds of the gate would have cost, from what was recorded while tracking; no Qt in here.

Nothing is computed again: a threshold ends at the first loop whose exit probability reaches it. It is taken
hand by hand and frame by frame, so a followed hand still begins from what the threshold in force left of the
frame before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.history import TimeHistory
from app.model.deck import moment_of
from app.model.refinement import leaves_after
from handtrack.hand import FrameResult, Hand
from handtrack.model.gate_rule import should_exit

if TYPE_CHECKING:
    from handtrack.sessions import Session

_KEPT_TIMES = 240
"""Of each number of loops, the newest times: the machine's state changes."""
_LEAST_TIMES = 8


@dataclass(frozen=True, slots=True)
class Cost:
    """What a threshold would have used. loops: mean of all hands. at_least: it may have been more."""

    threshold: float
    loops: float
    at_least: bool


class LoopTimes:
    """What a hand takes on this machine by its loops, measured while tracking."""

    def __init__(self) -> None:
        self._times: dict[int, deque[float]] = {}

    def add(self, hands: Sequence[Hand], milliseconds: float) -> None:
        """Note a frame's estimate; only of frames with one hand in one crop is it one hand's time."""
        if len(hands) == 1 and hands[0].crops == 1 and milliseconds > 0:
            times = self._times.setdefault(hands[0].iterations, deque(maxlen=_KEPT_TIMES))
            times.append(milliseconds)

    def expected(self, loops: float) -> float | None:
        """Milliseconds for so many loops; None before hands with different numbers of loops were timed."""
        known = {count: times for count, times in self._times.items() if len(times) >= _LEAST_TIMES}
        if len(known) < 2:
            return None
        counts = np.array(list(known), float)
        medians = np.array([np.median(times) for times in known.values()])
        weights = np.sqrt([len(times) for times in known.values()])
        slope, start = np.polyfit(counts, medians, 1, w=weights)
        # More loops cannot take less time: that would be noise.
        return float(start + slope * loops) if slope > 0 else None


class WhatIf:
    """The hands of a source under other thresholds: of the seconds before the cursor, and of all frames."""

    def __init__(self, seconds: float, thresholds: Sequence[float]) -> None:
        self.seconds = seconds
        self.thresholds = tuple(thresholds)
        # Hands, loops that ran, and for each threshold its loops and how many hands it is not known of.
        self._history = TimeHistory(seconds, 2 + 2 * len(self.thresholds))
        self.forget()

    def forget(self) -> None:
        """Forget all hands, and what they took: the next source may be a recording of another machine."""
        self._history.clear()
        self.times = LoopTimes()

    def add(self, result: FrameResult) -> None:
        """Add a frame's hands, in place of what was known of its moment."""
        if result.frame.still is None:
            self.times.add(result.hands, result.timings.get("estimate", 0.0))
        traces = [[loop.exit_probability for loop in hand.trace] for hand in result.hands]
        row = [len(traces), sum(map(len, traces))]
        for threshold in self.thresholds:
            used = [loops_at(trace, threshold, result.max_iterations) for trace in traces]
            row += [sum(loops for loops, _ in used), sum(not known for _, known in used)]
        self._history.append(moment_of(result.frame), np.array(row, np.float32))

    def fill(self, session: Session) -> None:
        """Know all frames of a recorded session, and no others."""
        table, bounds = session.table, session.bounds
        traces = table["trace_exit_probability"].combine_chunks()
        import pyarrow.compute as pc  # takes a while, and the window shows first

        lengths = pc.fill_null(pc.list_value_length(traces), 0).to_numpy()
        probabilities = traces.flatten().to_numpy(zero_copy_only=False)
        most = table["max_iterations"].to_numpy()
        columns = [lengths > 0, lengths]
        for threshold in self.thresholds:
            columns += _loops_of_all(probabilities, lengths, threshold, most)
        rows = np.column_stack(columns).astype(float)
        sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
        self._history.fill(session.positions(), sums[bounds[1:]] - sums[bounds[:-1]])

    def costs(self, recent: bool) -> tuple[float, tuple[Cost, ...]] | None:
        """Mean loops that ran, and what each threshold would have used; None without a hand.

        recent: of the seconds before the cursor, else of all frames that are known.
        """
        rows = self._history.since(self.seconds) if recent else self._history.everything
        hands, ran, *sums = rows.sum(axis=0, dtype=float).tolist()
        if not hands:
            return None
        costs = (
            Cost(threshold, loops / hands, unknown > 0)
            for threshold, loops, unknown in zip(self.thresholds, sums[::2], sums[1::2], strict=True)
        )
        return ran / hands, tuple(costs)


def _loops_of_all(
    probabilities: np.ndarray, lengths: np.ndarray, threshold: float, most: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What `loops_at` says of R hands, whose traces of lengths (R,) follow each other: loops, and unknown."""
    ends = np.cumsum(lengths)
    hand = np.repeat(np.arange(len(lengths)), lengths)
    number = np.arange(len(probabilities)) - (ends - lengths)[hand] + 1
    leaving = should_exit(probabilities, threshold) | (number == most[hand])
    loops = np.where(lengths > 0, lengths + 1, 0)
    np.minimum.at(loops, hand[leaving], number[leaving])
    return loops, loops > lengths


def loops_at(trace: Sequence[float], threshold: float, most: int) -> tuple[int, bool]:
    """Loops that a threshold would have used, and whether that is known; if not, it is the least possible.

    trace: the gate's exit probability after each loop that ran. most: the loops that are allowed.
    """
    after = leaves_after(trace, threshold, most)
    return (len(trace) + 1, False) if after is None else (after, True)
