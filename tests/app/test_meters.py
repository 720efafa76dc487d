from __future__ import annotations

import pytest

from app.meters import DrawingMeter, EstimatorMeter


def test_counts_the_last_second_and_its_latency():
    meter = DrawingMeter()
    for index in range(90):
        now = index / 30
        meter.drawn(captured=now - 0.020, now=now)
    rates = meter.rates(now=89 / 30)
    assert rates.fps == pytest.approx(30, abs=1)
    assert rates.latency_median == pytest.approx(20)
    assert rates.latency_p95 == pytest.approx(20)


def test_the_95th_percentile_shows_rare_slow_frames():
    meter = DrawingMeter()
    for index in range(20):
        meter.drawn(captured=index / 30 - (0.100 if index % 10 == 0 else 0.010), now=index / 30)
    rates = meter.rates(now=19 / 30)
    assert rates.latency_median == pytest.approx(10)
    assert rates.latency_p95 == pytest.approx(100)


def test_nothing_drawn_lately_is_no_latency():
    meter = DrawingMeter()
    meter.drawn(captured=0.0, now=0.01)
    assert meter.rates(now=5.0).fps == 0
    assert meter.rates(now=5.0).latency_median is None


def test_the_estimators_median_is_that_of_the_last_second():
    meter = EstimatorMeter()
    assert meter.median(now=0.0) is None
    for index in range(90):
        meter.took(9.0 if index < 45 else 12.0 + 40 * (index % 10 == 0), now=index / 30)
    assert meter.median(now=89 / 30) == pytest.approx(12)
    assert meter.median(now=5.0) is None
