"""Counts and rates."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.hand import Frame, FrameResult
from handtrack.pipeline.stats import RateMeter, StatsCounter


def test_the_rate_is_that_of_the_last_second_only():
    meter = RateMeter()
    for number in range(120):
        meter.add(10 + number / 60)
    assert meter.rate(12.0) == pytest.approx(60, abs=1)
    assert meter.rate(12.5) == pytest.approx(30, abs=1)
    assert meter.rate(13.5) == 0


def test_counts_add_up():
    counter = StatsCounter()
    frame = Frame(np.zeros((4, 4, 3), np.uint8), 0.0, 0)
    for number in range(6):
        counter.count_captured(number)
        if number % 2:
            counter.count_tracked(FrameResult(frame, (), number == 1, 0.5, 4))
    counter.count_failed()
    stats = counter.snapshot(dropped=2)
    assert (stats.captured, stats.tracked, stats.dropped, stats.failed) == (6, 3, 2, 1)
    assert stats.detector_runs == 1
    assert (stats.capture_fps, stats.tracking_fps) == (6, 3)


def test_gaps_in_the_running_numbers_are_frames_that_the_source_lost():
    counter = StatsCounter()
    for index in (7, 8, 11, 12, 14):
        counter.count_captured(index)
    stats = counter.snapshot(dropped=0)
    assert (stats.captured, stats.missed) == (5, 3)
