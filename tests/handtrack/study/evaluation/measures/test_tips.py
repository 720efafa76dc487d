from __future__ import annotations

import math

import numpy as np
import pytest

from handtrack.study.evaluation.measures.tips import measure_tips

ERRORS = [np.array([0.02, 0.04]), np.array([0.02, 0.15]), None, np.array([0.1, 0.06])]


def test_both_tips_must_be_near_in_the_frames_that_count() -> None:
    fresh = measure_tips("fresh", "ours", "all 4", ERRORS)
    tracked = measure_tips("tracked", "ours", "all 4", ERRORS, [0.01, 0.03])

    assert (fresh.frames, fresh.found) == (tracked.frames, tracked.found) == (4, 3)
    assert fresh.within == pytest.approx(2 / 3)
    assert tracked.within == pytest.approx(2 / 4), "a frame without a hand is a miss"
    assert tracked.error_percent == pytest.approx(6.5)
    assert tracked.median_percent == pytest.approx(5.0)
    assert tracked.jitter_percent == pytest.approx(2.0)
    assert fresh.jitter_percent is None


def test_without_a_hand_there_is_no_error() -> None:
    tracked = measure_tips("tracked", "ours", "", [None, None], [])

    assert tracked.within == 0.0
    assert math.isnan(tracked.error_percent)
    assert tracked.jitter_percent is not None
    assert math.isnan(tracked.jitter_percent)
    assert math.isnan(measure_tips("fresh", "ours", "", [None]).within)
