"""Frames to find, frames lost and runs, counted by hand."""

from __future__ import annotations

import numpy as np

from handtrack.study.evaluation.motion.finding import frames_lost, frames_to_find, longest_run
from handtrack.study.evaluation.motion.truth import COVERED, GONE, PARTLY, SHOWN

G, C, P, S = GONE, COVERED, PARTLY, SHOWN


def found(*frames: int, of: int) -> np.ndarray:
    return np.isin(np.arange(of), frames)


def test_finding_is_counted_from_the_first_frame_that_shows_the_whole_hand() -> None:
    #                 0  1  2  3  4  5  6  7  8  9 10 11 12
    state = np.array([G, P, S, S, S, P, G, P, S, S, G, S, S])

    # Two frames late; while it was still coming in; never.
    assert frames_to_find(state, found(4, 7, of=13)) == [2.0, 0.0, float("inf")]


def test_a_hand_that_was_covered_is_found_again_but_one_that_was_cut_is_not() -> None:
    assert frames_to_find(np.array([S, C, S, S]), found(0, 3, of=4)) == [0.0, 1.0]
    assert frames_to_find(np.array([S, P, S, S]), found(0, 3, of=4)) == [0.0]


def test_a_hand_that_is_never_wholly_shown_need_not_be_found() -> None:
    assert frames_to_find(np.array([G, P, P, G]), found(of=4)) == []


def test_only_whole_hands_can_be_lost() -> None:
    state = np.array([S, S, P, C, G, S])

    assert frames_lost(state, found(1, of=6)) == (2, 3)


def test_the_longest_run() -> None:
    assert longest_run(np.array([True, False, True, True, True, False, True, True])) == 3
    assert longest_run(np.zeros(4, bool)) == 0
