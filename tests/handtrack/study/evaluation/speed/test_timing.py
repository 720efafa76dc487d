"""Percentiles, ratios and noise of times that are made up."""

from __future__ import annotations

import time

import pytest

from handtrack.study.evaluation.speed.timing import (
    NoiseProbe,
    median_ratio,
    percentiles,
    timed,
    timed_on_processor,
)


def test_percentiles_are_those_of_the_samples() -> None:
    found = percentiles([float(value) for value in range(101)])

    assert found is not None
    assert (found.count, found.p50, found.p95, found.p99) == (101, 50, 95, 99)
    assert percentiles([]) is None


def test_a_ratio_is_of_the_medians_with_the_range_of_its_thirds() -> None:
    ours = [1.0, 1.0, 2.0, 2.0, 4.0, 4.0]
    theirs = [4.0] * 6

    ratio = median_ratio(ours, theirs)

    assert ratio is not None
    assert (ratio.value, ratio.low, ratio.high) == (0.5, 0.25, 1.0)
    assert ratio.drift == 1.5
    assert ratio.uncertain


def test_an_even_ratio_is_certain() -> None:
    ratio = median_ratio([1.0, 1.01, 0.99] * 5, [2.0, 2.0, 2.0] * 5)

    assert ratio is not None
    assert not ratio.uncertain


def test_one_outlier_moves_no_ratio() -> None:
    ratio = median_ratio([1.0] * 8 + [1000.0], [2.0] * 9)

    assert ratio is not None
    assert ratio.value == 0.5


def test_few_samples_still_give_a_ratio_and_none_give_none() -> None:
    ratio = median_ratio([3.0], [2.0])

    assert ratio is not None
    assert (ratio.value, ratio.low, ratio.high) == (1.5, 1.5, 1.5)
    assert median_ratio([], [2.0]) is None


def test_time_is_milliseconds() -> None:
    result, milliseconds = timed(time.sleep, 0.02)

    assert result is None
    assert milliseconds >= 20


def test_waiting_is_no_work() -> None:
    _, waited, worked = timed_on_processor(time.sleep, 0.02)

    assert waited >= 20
    assert 0 <= worked < 20


def test_noise_is_the_tail_of_the_same_work() -> None:
    even, worked = [1.0] * 100, [1.0] * 100
    calm, crowded = NoiseProbe(even, worked).noise(), NoiseProbe(even, [0.8] * 100).noise()
    found = NoiseProbe([1.0] * 90 + [3.0] * 10, worked).noise()

    assert calm is not None
    assert not calm.noisy
    assert crowded is not None
    assert crowded.share == pytest.approx(0.8)
    assert crowded.noisy
    assert found is not None
    assert found.tail == 3.0
    assert found.noisy
    assert NoiseProbe().noise() is None


def test_the_probe_takes_time() -> None:
    probe = NoiseProbe()
    for _ in range(3):
        probe.sample()

    assert len(probe.samples) == 3
    assert min(probe.samples) > 0
