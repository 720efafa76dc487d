# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last second was like: rate and latency of drawing, and what the estimator took."""

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
        self._latencies = _Recent(window)

    def drawn(self, captured: float, now: float) -> None:
        """Note a picture captured and drawn at these times, in seconds of the monotonic clock."""
        self._latencies.add(1000 * (now - captured), now)

    def rates(self, now: float) -> DrawingRates:
        """Rates over the last second."""
        latencies = self._latencies.values(now)
        if not latencies:
            return DrawingRates(0.0, None, None)
        median, p95 = np.percentile(latencies, (50, 95))
        return DrawingRates(len(latencies) / self._window, float(median), float(p95))

    def clear(self) -> None:
        """Forget all pictures."""
        self._latencies.clear()


class EstimatorMeter:
    """How long the estimator takes for a frame with hands."""

    def __init__(self, window: float = 1.0) -> None:
        self._times = _Recent(window)

    def took(self, milliseconds: float, now: float) -> None:
        """Note a frame that was estimated at this time, in seconds of the monotonic clock."""
        self._times.add(milliseconds, now)

    def median(self, now: float) -> float | None:
        """Milliseconds, median of the last second; None without a frame in it."""
        times = self._times.values(now)
        return float(np.median(times)) if times else None

    def clear(self) -> None:
        """Forget all frames."""
        self._times.clear()


class _Recent:
    """Values of the last so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._noted: deque[tuple[float, float]] = deque()

    def add(self, value: float, now: float) -> None:
        self._noted.append((now, value))
        self._forget(now)

    def values(self, now: float) -> list[float]:
        self._forget(now)
        return [value for _, value in self._noted]

    def clear(self) -> None:
        self._noted.clear()

    def _forget(self, now: float) -> None:
        while self._noted and now - self._noted[0][0] > self._seconds:
            self._noted.popleft()
