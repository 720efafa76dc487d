# SPDX-License-Identifier: GPL-3.0-or-later
"""Rate and latency of drawing over the last second."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class DrawingRates:
    """fps: pictures drawn in the last second. latency_*: milliseconds from capture to drawing."""

    fps: float
    latency_median: float | None
    latency_p95: float | None


class DrawingMeter:
    """Counts drawn pictures and how long each took from its capture to the screen."""

    def __init__(self, window: float = 1.0) -> None:
        self._window = window
        self._drawn: deque[tuple[float, float]] = deque()

    def drawn(self, captured: float, now: float) -> None:
        """Note a picture captured and drawn at these times, in seconds of the monotonic clock."""
        self._drawn.append((now, now - captured))
        self._forget(now)

    def rates(self, now: float) -> DrawingRates:
        """Rates over the last second."""
        self._forget(now)
        if not self._drawn:
            return DrawingRates(0.0, None, None)
        latencies = np.array([latency for _, latency in self._drawn]) * 1000
        median, p95 = np.percentile(latencies, (50, 95))
        return DrawingRates(len(self._drawn) / self._window, float(median), float(p95))

    def clear(self) -> None:
        """Forget all pictures."""
        self._drawn.clear()

    def _forget(self, now: float) -> None:
        while self._drawn and now - self._drawn[0][0] > self._window:
            self._drawn.popleft()
