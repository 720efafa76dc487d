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

import numpy as np

from app.model.refinement import leaves_after
from handtrack.hand import FrameResult, Hand

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
    """The hands of the last seconds, and of all since it was last told to forget, under other thresholds."""

    def __init__(self, seconds: float, thresholds: Sequence[float]) -> None:
        """thresholds: those that are asked for of all hands; of the last seconds any can be."""
        self.seconds = seconds
        self.thresholds = tuple(thresholds)
        self.times = LoopTimes()
        self._recent: deque[tuple[float, tuple[tuple[float, ...], ...], int]] = deque()
        self.forget()

    def forget(self) -> None:
        """Forget all hands; what hands take on this machine stays known."""
        self._recent.clear()
        self._sums = dict.fromkeys(self.thresholds, 0)
        self._unknown = dict.fromkeys(self.thresholds, 0)
        self._ran = self._hands = 0

    def add(self, result: FrameResult) -> None:
        """Add a frame's hands."""
        if result.frame.still is None:
            self.times.add(result.hands, result.timings.get("estimate", 0.0))
        time, most = result.frame.timestamp, result.max_iterations
        if self._recent and time <= self._recent[-1][0]:
            self._recent.clear()
        traces = tuple(tuple(loop.exit_probability for loop in hand.trace) for hand in result.hands)
        self._recent.append((time, traces, most))
        while time - self._recent[0][0] > self.seconds:
            self._recent.popleft()
        for trace in traces:
            self._hands += 1
            self._ran += len(trace)
            for threshold in self.thresholds:
                loops, known = loops_at(trace, threshold, most)
                self._sums[threshold] += loops
                self._unknown[threshold] += not known

    def recent(self, threshold: float) -> Cost | None:
        """What a threshold would have used in the last seconds; None without a hand."""
        used = [loops_at(trace, threshold, most) for _, traces, most in self._recent for trace in traces]
        if not used:
            return None
        mean = sum(loops for loops, _ in used) / len(used)
        return Cost(threshold, mean, not all(known for _, known in used))

    def recent_loops(self) -> float | None:
        """Mean loops that did run in the last seconds; None without a hand."""
        ran = [len(trace) for _, traces, _ in self._recent for trace in traces]
        return sum(ran) / len(ran) if ran else None

    def overall(self, threshold: float) -> Cost | None:
        """What one of the thresholds would have used since the beginning; None without a hand."""
        if not self._hands:
            return None
        return Cost(threshold, self._sums[threshold] / self._hands, self._unknown[threshold] > 0)

    def overall_loops(self) -> float | None:
        """Mean loops that did run since the beginning; None without a hand."""
        return self._ran / self._hands if self._hands else None


def loops_at(trace: Sequence[float], threshold: float, most: int) -> tuple[int, bool]:
    """Loops that a threshold would have used, and whether that is known; if not, it is the least possible.

    trace: the gate's exit probability after each loop that ran. most: the loops that are allowed.
    """
    after = leaves_after(trace, threshold, most)
    return (len(trace) + 1, False) if after is None else (after, True)
