from __future__ import annotations

import numpy as np

from app import history as module
from app.history import TimeHistory


def filled(seconds: float, count: int, step: float = 0.1) -> TimeHistory:
    history = TimeHistory(seconds, 2)
    for index in range(count):
        history.append(index * step, np.array([index, -index]))
    return history


def test_keeps_only_the_last_seconds_in_order():
    history = filled(seconds=2.0, count=100)
    assert len(history) == 21
    np.testing.assert_allclose(history.times, np.arange(79, 100) * 0.1)
    np.testing.assert_array_equal(history.values[:, 0], np.arange(79, 100))
    np.testing.assert_array_equal(history.values[:, 1], -np.arange(79, 100))


def test_forgets_the_oldest_when_it_is_full(monkeypatch):
    monkeypatch.setattr(module, "_MOST_ROWS", 3000)
    history = filled(seconds=1e9, count=5000, step=0.001)
    assert 2700 <= len(history) <= 3000
    np.testing.assert_array_equal(history.values[:, 0], np.arange(5000 - len(history), 5000))


def test_whoever_goes_back_within_the_window_sees_what_came_after():
    history = filled(seconds=2.0, count=100)
    history.append(9.0, np.array([7, 7]))
    assert (history.end, history.cursor) == (9.9, 9.0)
    assert len(history) == 21
    assert history.values[history.times == 9.0][0, 0] == 7, "the row of a known moment is replaced"
    np.testing.assert_array_equal(history.since(0.25)[:, 0], [88, 89, 7])


def test_whoever_goes_back_farther_takes_the_window_along():
    history = filled(seconds=2.0, count=100)
    history.append(3.05, np.array([7, 7]))
    assert (history.end, history.cursor) == (3.05, 3.05)
    np.testing.assert_array_equal(history.values[-3:, 0], [29, 30, 7])
    history.append(9.9, np.array([99, -99]))
    assert history.end == 9.9
    assert history.values[0, 0] == 79


def test_forgets_all_when_told():
    history = filled(seconds=2.0, count=10)
    history.clear()
    assert len(history) == 0
    history.append(0.3, np.array([7, 7]))
    assert history.times == [0.3]


def test_since_gives_the_newest_rows():
    history = filled(seconds=5.0, count=40)
    np.testing.assert_array_equal(history.since(0.25)[:, 0], [37, 38, 39])
    assert len(TimeHistory(5.0, 2).since(1.0)) == 0


def test_resampling_repeats_slow_values_and_leaves_real_gaps():
    history = TimeHistory(10.0, 1)
    for time, value in ((0.0, 1.0), (1.0, 2.0), (9.0, 3.0)):
        history.append(time, np.array([value]))
    grid = history.resampled(bins=20, hold=1.0)[:, 0]
    # Twenty bins of half a second that end at -0.5, 0.0, .. 9.0.
    np.testing.assert_array_equal(grid[:1], [np.nan])
    np.testing.assert_array_equal(grid[1:6], [1, 1, 2, 2, 2])
    assert np.isnan(grid[6:19]).all()
    assert grid[19] == 3


def test_resampled_columns_move_by_whole_bins():
    history = TimeHistory(2.0, 2)
    for index in range(63):
        if index == 60:
            before = history.resampled(bins=20, hold=0.5)
        history.append(index / 30 + 0.01, np.array([index, -index]))  # three frames to a bin of 0.1 s
    after = history.resampled(bins=20, hold=0.5)
    np.testing.assert_array_equal(after[1:-2], before[2:-1])


def test_an_empty_history_resamples_to_nothing():
    assert np.isnan(TimeHistory(10.0, 3).resampled(bins=5, hold=1.0)).all()
