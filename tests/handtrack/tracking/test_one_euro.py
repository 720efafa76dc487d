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


def test_motion_that_noise_explains_does_not_open_the_filter():
    """At the same calm it follows sooner: what it may do in motion no longer depends on what noise does."""
    sigma, step = 0.01, 1 / 30
    # Most of what an estimate is off by stays the same from frame to frame.
    noise = np.random.default_rng(0).normal(0, 0.3 * sigma, (300, 1, 2))

    def tremble(noise_sigmas: float, beta: float) -> float:
        smooth = OneEuroFilter(1.0, beta, noise_sigmas)
        found = np.array([smooth(value, i * step, sigma) for i, value in enumerate(noise)])
        return float(np.linalg.norm(np.diff(found[30:], 2, axis=0), axis=-1).mean())

    def behind(noise_sigmas: float, beta: float) -> float:
        smooth = OneEuroFilter(1.0, beta, noise_sigmas)
        path = np.cumsum(np.full((30, 1, 2), 0.02), axis=0)  # 0.6 hand sizes a second along each axis
        found = np.array([smooth(value, i * step, sigma) for i, value in enumerate(path)])
        return float(np.linalg.norm(found - path, axis=-1)[-1, 0])

    assert tremble(15.0, 100.0) < tremble(0.0, 12.0)
    assert behind(15.0, 100.0) < 0.4 * behind(0.0, 12.0)


def test_a_point_that_is_unsure_waits_for_more_motion_than_a_sure_one():
    smooth = OneEuroFilter(1.0, 100.0, 15.0)
    path = np.cumsum(np.full((20, 2, 2), 0.01), axis=0)
    found = np.array([smooth(value, i / 30, np.array([0.001, 0.05])) for i, value in enumerate(path)])
    sure, unsure = np.linalg.norm(found - path, axis=-1)[-1]
    assert sure < 0.01
    assert unsure > 3 * sure


@pytest.mark.parametrize("step", [0.0, -1.0])
def test_time_that_does_not_rise_changes_nothing(step):
    smooth = OneEuroFilter(1.0, 1.0)
    first = smooth(np.array([[1.0, 1.0]]), 5.0)
    assert np.array_equal(smooth(np.array([[9.0, 9.0]]), 5.0 + step), first)
