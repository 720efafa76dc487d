"""Changes of identity and side, and crossings, counted by hand."""

from __future__ import annotations

import numpy as np

from handtrack.study.evaluation.motion.identity import changed_crossings, changes, crossings
from handtrack.study.evaluation.motion.matching import NONE
from handtrack.study.evaluation.motion.truth import GONE, SHOWN

N = NONE


def test_a_value_that_comes_back_after_lost_frames_has_not_changed() -> None:
    state = np.full(6, SHOWN)

    assert changes(np.array([1, N, N, 1, 1, 1]), state) == 0
    assert changes(np.array([1, N, N, 2, 2, 1]), state) == 2


def test_a_hand_that_was_gone_may_come_back_as_another() -> None:
    state = np.array([SHOWN, SHOWN, GONE, SHOWN, SHOWN])

    assert changes(np.array([1, 1, N, 2, 2]), state) == 0
    assert changes(np.array([1, 1, N, 2, 3]), state) == 1


def test_hands_cross_where_they_are_nearer_than_four_fifths_of_their_size() -> None:
    x = np.array([200, 100, 79, 0, -79, -81, 10])
    middle = np.stack([np.stack([x, 0 * x], axis=1), np.zeros((7, 2))], axis=1)

    assert crossings(middle, np.full((7, 2), 100.0)) == [(2, 5), (6, 7)]
    assert crossings(middle[:, :1], np.full((7, 1), 100.0)) == []


def test_a_crossing_is_changed_by_a_swap_by_a_new_track_and_by_a_lost_one() -> None:
    def tracks(*after: tuple[int, int]) -> np.ndarray:
        return np.array([(1, 2), (1, 2), (N, 2), (N, N), *after])

    stretch = [(2, 4)]

    assert changed_crossings(tracks((1, 2), (1, 2)), stretch) == (0, 1)
    assert changed_crossings(tracks((2, 1), (2, 1)), stretch) == (1, 1)
    assert changed_crossings(tracks((1, 3), (1, 3)), stretch) == (1, 1)
    assert changed_crossings(tracks((1, N), (1, N)), stretch) == (1, 1)


def test_every_crossing_is_judged_by_what_lies_between_it_and_its_neighbours() -> None:
    track = np.array([(1, 2), (N, N), (1, 3), (N, N), (1, 3)])

    assert changed_crossings(track, [(1, 2), (3, 4)]) == (1, 2)


def test_a_crossing_before_which_a_hand_was_not_followed_is_not_judged() -> None:
    assert changed_crossings(np.array([(1, N), (N, N), (1, 2)]), [(1, 2)]) == (0, 0)
