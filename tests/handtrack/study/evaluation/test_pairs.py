from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.evaluation.pairs import pairs_in_reach


@pytest.mark.parametrize("reach", [0.5, np.inf])
def test_the_nearest_are_pairs_and_what_is_none_never_is(reach):
    assert pairs_in_reach(np.array([[0.3, 0.1], [0.2, np.inf], [np.inf, np.inf]]), reach) == [(0, 1), (1, 0)]


def test_what_is_out_of_reach_is_no_pair_and_keeps_two_near_ones_not_apart():
    assert pairs_in_reach(np.array([[0.1, 0.4], [0.4, 0.9]]), 0.5) == [(0, 1), (1, 0)]
    assert pairs_in_reach(np.array([[0.1, 0.9]]), 0.5) == [(0, 0)]
    assert pairs_in_reach(np.array([[0.6], [0.7]]), 0.5) == []


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
def test_nobody_has_no_pair(shape):
    assert pairs_in_reach(np.zeros(shape)) == []
