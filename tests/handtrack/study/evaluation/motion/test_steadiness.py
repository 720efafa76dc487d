"""Rest, jitter and lag of tracks that are delayed and disturbed by known amounts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from handtrack.study.evaluation.motion.steadiness import bends, lag_ms, resting

SIZE = np.full(120, 100.0)


def swaying(frames: int = 120) -> np.ndarray:
    """Two joints that sway to and fro, (F, 2, 2)."""
    t = np.arange(frames) / 30
    x = 60 * np.sin(2 * np.pi * 0.9 * t) + 25 * np.sin(2 * np.pi * 2.3 * t + 1)
    y = 30 * np.cos(2 * np.pi * 1.4 * t)
    return np.stack([np.stack([x, y], axis=1), np.stack([x + 10, 1.1 * y], axis=1)], axis=1)


@pytest.mark.parametrize(("delay", "fps"), [(0, 30), (2, 15), (2, 30), (2, 60), (4, 15), (5, 30), (5, 60)])
def test_a_track_delayed_by_whole_frames_has_their_time_as_lag(delay: int, fps: int) -> None:
    truth = swaying()
    found = np.concatenate([np.repeat(truth[:1], delay, axis=0), truth[: len(truth) - delay]])

    assert lag_ms(truth, found, fps) == pytest.approx(delay / fps * 1e3, abs=0.07 / fps * 1e3)


def test_two_frames_at_30_are_67_ms() -> None:
    truth = swaying()

    assert lag_ms(truth[2:], truth[:-2], 30) == pytest.approx(66.7, abs=2)


def test_a_track_that_is_ahead_has_a_lag_below_zero_and_lost_frames_do_not_matter() -> None:
    truth = swaying()
    found = truth[1:].copy()
    found[20:30] = np.nan

    assert lag_ms(truth[:-1], found, 30) == pytest.approx(-33.3, abs=2)


def test_without_motion_or_without_following_there_is_no_lag() -> None:
    still = np.tile(swaying()[:1], (120, 1, 1))
    noise = np.random.default_rng(0).normal(0, 30, (120, 2, 2))

    assert math.isnan(lag_ms(still, still, 30))
    assert math.isnan(lag_ms(swaying(), noise, 30))
    assert math.isnan(lag_ms(swaying(), np.full((120, 2, 2), np.nan), 30))


def test_a_hand_rests_where_it_moves_neither_to_nor_from_the_frame() -> None:
    x = np.array([0, 0, 0, 0.1, 5, 5, 5])  # a tenth of a pixel is nothing at this size
    truth = np.stack([x, np.zeros(7)], axis=1)[:, None]

    assert resting(truth, SIZE[:7]).tolist() == [False, True, True, False, False, True, False]


def test_jitter_is_the_second_difference_where_it_is_asked_for() -> None:
    # To and fro by 2 pixels: the second difference is 4 times that, over a size of 100.
    found = np.stack([2.0 * (-1.0) ** np.arange(6), np.zeros(6)], axis=1)[:, None]
    asked = np.array([True, True, True, False, False, True])

    assert bends(found, SIZE[:6], asked).tolist() == pytest.approx([0.08, 0.08])


def test_a_steady_motion_does_not_jitter_and_a_lost_frame_has_none() -> None:
    found = np.stack([3.0 * np.arange(8), np.zeros(8)], axis=1)[:, None]
    found[4] = np.nan

    assert bends(found, SIZE[:8], np.ones(8, bool)).tolist() == pytest.approx([0, 0, 0])
