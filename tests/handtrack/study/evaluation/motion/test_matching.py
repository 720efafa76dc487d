"""Which shown hand is taken for which true one, and which for a ghost."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.evaluation.motion.matching import NONE, match
from handtrack.study.evaluation.motion.truth import GONE, SHOWN
from tests.handtrack.study.evaluation.motion.made_truth import made_truth, shown_at


def test_hands_are_given_so_that_all_are_near() -> None:
    # The one at 90 is nearer to the left hand, but that has one of its own.
    truth = made_truth(np.array([[(0, 0), (160, 0)]]))

    followed = match(truth, [[shown_at(160, 0, 7, "left"), shown_at(90, 0, 8)]])

    assert followed.track.tolist() == [[8, 7]]
    assert followed.right.tolist() == [[1, 0]]
    assert followed.found.all()
    assert followed.ghosts.tolist() == [0]


@pytest.mark.parametrize(("x", "ghosts"), [(99, 0), (101, 1)])
def test_a_hand_farther_than_its_size_from_every_true_one_is_a_ghost(x: float, ghosts: int) -> None:
    followed = match(made_truth(np.zeros((1, 1, 2))), [[shown_at(x, 0)]])

    assert followed.ghosts.tolist() == [ghosts]
    assert followed.found.tolist() == [[not ghosts]]


def test_a_second_hand_on_one_and_a_hand_where_it_is_gone_are_ghosts() -> None:
    truth = made_truth(np.zeros((2, 1, 2)), np.array([[SHOWN], [GONE]]))

    followed = match(truth, [[shown_at(20, 0, 1), shown_at(2, 0, 2)], [shown_at(0, 0)]])

    assert followed.ghosts.tolist() == [1, 1]
    assert followed.track.tolist() == [[2], [NONE]]


def test_a_far_pair_never_keeps_two_near_ones_apart() -> None:
    # Two far hands cannot be had; the near one is the first hand's.
    truth = made_truth(np.array([[(0, 0), (1000, 0)]]))

    followed = match(truth, [[shown_at(-300, 0, 1), shown_at(30, 0, 2)]])

    assert followed.track.tolist() == [[2, NONE]]
    assert followed.ghosts.tolist() == [1]


def test_where_not_all_hands_are_known_the_nearest_counts_and_none_is_a_ghost() -> None:
    truth = made_truth(np.zeros((1, 1, 2)), complete=False)

    followed = match(truth, [[shown_at(400, 0, 1), shown_at(300, 0, 2)]])

    assert followed.track.tolist() == [[2]]
    assert followed.ghosts.tolist() == [0]
