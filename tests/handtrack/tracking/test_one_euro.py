from __future__ import annotations

import numpy as np
import pytest

from handtrack.tracking.one_euro import OneEuroFilter


def _run(values: np.ndarray, step: float, **settings: float) -> np.ndarray:
    smooth = OneEuroFilter(**{"min_cutoff": 1.5, "beta": 3.0, **settings})
    return np.array([smooth(value, i * step) for i, value in enumerate(values)])


def test_first_value_passes_unchanged():
    assert np.array_equal(OneEuroFilter(1.0, 1.0)(np.array([[3.0, 4.0]]), 7.0), [[3.0, 4.0]])


def test_noise_at_rest_is_calmed():
    noise = np.random.default_rng(0).normal(0, 0.005, (300, 1, 2))
    smoothed = _run(noise, 1 / 30)
    assert smoothed[30:].std() < 0.6 * noise[30:].std()


def test_fast_motion_is_followed_with_little_lag():
    path = np.cumsum(np.full((60, 1, 2), 0.05), axis=0)  # 1.5 hand sizes a second along each axis
    lag = np.abs(_run(path, 1 / 30) - path)[-1].max()
    assert lag < 0.06, "a twentieth of a hand"
    assert lag < np.abs(_run(path, 1 / 30, beta=0.0) - path)[-1].max() / 3


def test_real_time_steps_are_used():
    """Half the frame rate must give about the same curve over time, not half the smoothing speed."""
    time = np.arange(120) / 60
    path = np.sin(2 * time)[:, None, None] * np.ones((1, 1, 2))
    fast = _run(path, 1 / 60)
    slow = _run(path[::2], 1 / 30)
    assert np.abs(fast[::2] - slow).max() < 0.03


def test_speed_is_that_of_the_point_not_of_each_axis():
    """A path along one axis pulls the other axis no slower, so a turn is not bent."""
    path = np.zeros((30, 1, 2))
    path[:, 0, 0] = np.arange(30) * 0.1
    path[15:, 0, 1] = 0.02
    tied = _run(path, 1 / 30)[16, 0, 1]
    alone = _run(path * [0, 1], 1 / 30)[16, 0, 1]
    assert tied > alone


@pytest.mark.parametrize("step", [0.0, -1.0])
def test_time_that_does_not_rise_changes_nothing(step):
    smooth = OneEuroFilter(1.0, 1.0)
    first = smooth(np.array([[1.0, 1.0]]), 5.0)
    assert np.array_equal(smooth(np.array([[9.0, 9.0]]), 5.0 + step), first)
