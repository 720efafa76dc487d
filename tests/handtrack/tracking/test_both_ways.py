from __future__ import annotations

import numpy as np
import pytest

from handtrack.config import TrackerSettings
from handtrack.tracking.both_ways import smooth_recorded_2d, smooth_recorded_3d
from handtrack.tracking.one_euro import OneEuroFilter

SETTINGS = TrackerSettings()
SIGMA = 1.5  # pixels, of a hand of 200


def _moving() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (T,), true joints (T, 21, 2) that rest, swing and rest again, and the same with noise."""
    times = np.arange(150) / 30
    swing = np.where((times > 1.5) & (times < 3.5), 60 * np.sin(4 * (times - 1.5)), 0.0)
    true = np.full((len(times), 21, 2), [320.0, 240.0])
    true[..., 0] += swing[:, None]
    return times, true, true + np.random.default_rng(0).normal(0, SIGMA, true.shape)


def _smooth(times: np.ndarray, raw: np.ndarray) -> np.ndarray:
    sigma = np.full(raw.shape[:2], SIGMA)
    return smooth_recorded_2d(raw, sigma, np.full(len(raw), 300.0), times, SETTINGS)


def _live(times: np.ndarray, raw: np.ndarray) -> np.ndarray:
    beta = SETTINGS.one_euro_beta * 1.5 / 300
    smoother = OneEuroFilter(SETTINGS.one_euro_min_cutoff, beta, SETTINGS.one_euro_noise)
    return np.stack(
        [smoother(value, time, np.full(21, SIGMA)) for value, time in zip(raw, times, strict=True)]
    )


def _jitter(points: np.ndarray) -> float:
    return float(np.abs(np.diff(points, 2, axis=0)).mean())


def test_it_is_calmer_at_rest_and_nearer_to_the_truth_than_live_smoothing():
    times, true, raw = _moving()
    smooth, live = _smooth(times, raw), _live(times, raw)
    rest = slice(5, 40)
    assert _jitter(smooth[rest]) < _jitter(live[rest]) < _jitter(raw[rest])
    error, live_error = (np.abs(each - true).mean() for each in (smooth, live))
    assert error < 0.9 * live_error


def test_it_does_not_lag():
    times, true, raw = _moving()
    steps = np.diff(true[..., 0].mean(axis=1))

    def best_shift(points: np.ndarray) -> int:
        found = np.diff(points[..., 0].mean(axis=1))
        return max(range(-4, 5), key=lambda shift: float(np.roll(steps, shift) @ found))

    assert best_shift(_smooth(times, raw)) == 0


def test_time_may_run_backwards_alike():
    times, _, raw = _moving()
    back = _smooth(times[-1] - times[::-1], raw[::-1])[::-1]
    np.testing.assert_allclose(_smooth(times, raw), back, atol=1e-9)


def test_a_gap_is_not_smoothed_over():
    times, true, _ = _moving()
    jump = true.copy()
    jump[75:] += 200
    times[75:] += 1.0
    np.testing.assert_allclose(_smooth(times, jump)[70:80], jump[70:80], atol=2.0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_sights_stay_as_they_are(count):
    points = np.full((count, 21, 3), 0.25)
    smooth = smooth_recorded_3d(points, np.full((count, 21), 0.001), np.arange(count) / 30, SETTINGS)
    np.testing.assert_allclose(smooth, points)
