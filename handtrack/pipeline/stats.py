"""Counts and rates of a running pipeline."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from handtrack.hand import FrameResult

RATE_WINDOW = 1.0
"""Seconds over which rates are taken."""


@dataclass(frozen=True, slots=True)
class PipelineStats:
    """What went through a pipeline so far.

    captured: frames read from the source. missed: frames that the source lost before, told by the gaps in
    their running numbers. tracked: frames with a result.
    dropped: frames captured but replaced by newer ones before they were tracked.
    failed: frames on which the tracker failed. detector_runs: results that needed the detector.
    capture_fps, tracking_fps: frames a second over the last second.
    """

    captured: int
    missed: int
    tracked: int
    dropped: int
    failed: int
    detector_runs: int
    capture_fps: float
    tracking_fps: float


class RateMeter:
    """Events a second over a sliding window; times are monotonic seconds."""

    def __init__(self, window: float = RATE_WINDOW) -> None:
        self._window = window
        self._times: deque[float] = deque()

    def add(self, now: float) -> None:
        """Count one event."""
        self._times.append(now)
        self._forget(now)

    def rate(self, now: float) -> float:
        """Events a second in the window that ends now."""
        self._forget(now)
        return len(self._times) / self._window

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] <= now - self._window:
            self._times.popleft()


class StatsCounter:
    """Collects the statistics; every thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._captured = self._missed = self._tracked = self._failed = self._detector_runs = 0
        self._last_index: int | None = None
        self._capture_rate, self._tracking_rate = RateMeter(), RateMeter()

    def count_captured(self, index: int) -> None:
        """A frame with this running number was read from the source."""
        with self._lock:
            self._captured += 1
            if self._last_index is not None:
                self._missed += max(index - self._last_index - 1, 0)
            self._last_index = index
            self._capture_rate.add(time.monotonic())

    def count_tracked(self, result: FrameResult) -> None:
        """A frame was tracked."""
        with self._lock:
            self._tracked += 1
            self._detector_runs += result.detector_ran
            self._tracking_rate.add(time.monotonic())

    def count_failed(self) -> None:
        """The tracker failed on a frame."""
        with self._lock:
            self._failed += 1

    def snapshot(self, dropped: int) -> PipelineStats:
        """The statistics now, with the number of dropped frames that the frame slot counted."""
        with self._lock:
            now = time.monotonic()
            return PipelineStats(
                captured=self._captured,
                missed=self._missed,
                tracked=self._tracked,
                dropped=dropped,
                failed=self._failed,
                detector_runs=self._detector_runs,
                capture_fps=self._capture_rate.rate(now),
                tracking_fps=self._tracking_rate.rate(now),
            )
