"""What a follower that is told what to show comes to."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.skeleton import PINCHING_TIPS
from handtrack.study.evaluation.motion.matching import match
from handtrack.study.evaluation.motion.samples import MotionSamples, gather, merge, summarise
from handtrack.study.evaluation.motion.truth import GONE, SHOWN
from tests.handtrack.study.evaluation.motion.made_truth import made_truth, shown_at


def test_errors_are_before_smoothing_and_over_the_size_and_jitter_is_after_it() -> None:
    truth = made_truth(np.zeros((6, 1, 2)))
    # 8 pixels off; users see it tremble by 3 more.
    frames = [[shown_at(8, 0, off=3.0 * (-1) ** number)] for number in range(6)]

    measured = summarise(gather(truth, match(truth, frames)))

    assert measured.error_percent == pytest.approx(8)
    assert (measured.tips_within, measured.tips_shown_within) == (1.0, 0.5)
    assert measured.joints_within == 1.0
    assert measured.jitter_percent == pytest.approx(12)
    assert measured.jitter_raw_percent == pytest.approx(0)
    assert (measured.lost, measured.whole) == (0, 6)


def test_a_missed_frame_is_none_within_and_one_without_a_hand_is_no_frame_of_it() -> None:
    state = np.array([[SHOWN], [SHOWN], [GONE], [SHOWN]])
    truth = made_truth(np.zeros((4, 1, 2)), state)

    frames = [[shown_at(12, 0)], [], [shown_at(0, 0)], [shown_at(16, 0)]]
    measured = summarise(gather(truth, match(truth, frames)))

    assert (measured.lost, measured.whole) == (1, 3)
    assert measured.tips_within == 0
    assert measured.joints_within == pytest.approx(1 / 3)
    assert (measured.ghosts, measured.ghost_run, measured.frames) == (1, 1, 4)
    assert (measured.appearances, measured.find, measured.find_again) == (2, 0, 0)


def test_jitter_counts_only_where_the_hand_rests() -> None:
    x = np.array([0, 0, 0, 0, 9, 3, 12, 5.0])
    truth = made_truth(np.stack([x, 0 * x], axis=1)[:, None])
    frames = [[shown_at(place, 0, off=(-1.0) ** number)] for number, place in enumerate(x)]

    measured = summarise(gather(truth, match(truth, frames)))

    assert measured.jitter_percent == pytest.approx(4)


def test_sides_are_judged_where_they_are_known() -> None:
    truth = made_truth(np.zeros((4, 1, 2)))
    frames = [[shown_at(0, 0, side=side)] for side in ("right", "left", "left", "right")]

    measured = summarise(gather(truth, match(truth, frames)))

    assert (measured.sides, measured.wrong_sides) == (2, 0.5)


def test_a_follower_without_identities_has_no_changes_of_them() -> None:
    truth = made_truth(np.zeros((3, 1, 2)))

    measured = summarise(gather(truth, match(truth, [[shown_at(0, 0, None)]] * 3)))

    assert measured.tracks is None


def test_measured_tips_alone_are_judged_alone_and_every_frame_counts_for_jitter() -> None:
    truth = made_truth(np.array([[(10.0 * number, 0)] for number in range(5)]), complete=False)
    others = np.setdiff1d(np.arange(21), PINCHING_TIPS)
    truth.joints_2d[:, :, others] = np.nan
    frames = [[shown_at(10.0 * number + 5, 0)] for number in range(5)]

    measured = summarise(gather(truth, match(truth, frames)))

    assert measured.error_percent == pytest.approx(5)
    assert np.isnan(measured.joints_within)
    assert measured.jitter_percent == pytest.approx(0)
    assert measured.frames == 0  # for ghosts


def test_clips_add_up_and_the_longest_ghost_stays() -> None:
    one = MotionSamples(find=[3.0], lost=2, whole=10, ghosts=3, ghost_run=3, frames=20, tips=[0.05] * 8)
    two = MotionSamples(find=[1.0], lost=0, whole=10, ghosts=2, ghost_run=1, frames=20, tips=[0.2] * 10)

    both = summarise(merge([one, two]))

    assert (both.find, both.lost, both.whole) == (2, 2, 20)
    assert (both.ghosts, both.ghost_run, both.frames) == (5, 3, 40)
    assert both.tips_within == pytest.approx(8 / 20)
