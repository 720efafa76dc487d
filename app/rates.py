# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the window and what is behind it run."""

from __future__ import annotations

from app.meters import DrawingMeter, EstimatorMeter
from app.values import Rates
from handtrack.hand import FrameResult
from handtrack.pipeline import PipelineStats


class RateMeters:
    """Collects what is drawn and estimated, and gives the rates of the last second; times are monotonic."""

    def __init__(self) -> None:
        self._drawing = DrawingMeter()
        self._estimator = EstimatorMeter()

    def clear(self) -> None:
        """Begin anew, for another source."""
        self._drawing.clear()
        self._estimator.clear()

    def took(self, result: FrameResult, now: float) -> None:
        """Note a result that comes to be shown."""
        if result.hands:
            self._estimator.took(result.timings.get("estimate", 0.0), now)

    def drawn(self, captured: float, now: float) -> None:
        """Note that a frame captured at a time was drawn now."""
        self._drawing.drawn(captured, now)

    def rates(self, stats: PipelineStats, now: float) -> Rates:
        """The rates of the last second, and counts so far."""
        drawing = self._drawing.rates(now)
        return Rates(
            stats.capture_fps,
            stats.tracking_fps,
            drawing.fps,
            drawing.latency_median,
            drawing.latency_p95,
            stats.dropped,
            stats.detector_runs / stats.tracked if stats.tracked else None,
            self._estimator.median(now),
        )
