from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from handtrack.model.gate_rule import exit_loops
from handtrack.study.evaluation.measures.exits import THRESHOLDS, measure_gate, random_assignment

PROBABILITY = np.array([[0.9, 0.9, 0.9], [0.2, 0.6, 0.1], [0.1, 0.1, 0.1]])
ERRORS = np.array([[4.0, 4.0, 4.0], [9.0, 5.0, 5.0], [12.0, 9.0, 3.0]])


def test_a_hand_leaves_after_the_first_loop_that_reaches_the_threshold() -> None:
    assert exit_loops(PROBABILITY, 0.5).tolist() == [0, 1, 2]
    assert exit_loops(PROBABILITY, 0.0).tolist() == [0, 0, 0]
    assert exit_loops(PROBABILITY, 1.0).tolist() == [2, 2, 2]
    assert exit_loops(PROBABILITY, 0.15).tolist() == [0, 0, 2]


def test_more_threshold_never_means_fewer_loops() -> None:
    probability = np.random.default_rng(0).uniform(size=(200, 4))
    loops = np.stack([exit_loops(probability, threshold) for threshold in THRESHOLDS])

    assert (np.diff(loops, axis=0) >= 0).all()


def test_an_operating_point_is_the_mean_over_the_exits() -> None:
    gate = measure_gate({"error": ERRORS}, PROBABILITY, 0.5, mmac=[80.0, 100.0, 120.0])

    at = gate.default
    assert (at.threshold, at.mean_loops, at.mmac) == (0.5, pytest.approx(2.0), pytest.approx(100.0))
    assert at.shares == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert at.errors["error"].gate == pytest.approx((4 + 5 + 3) / 3)
    # Two fixed loops cost as much; by chance each hand has the mean of its three loops.
    assert at.errors["error"].fixed == pytest.approx(6.0)
    assert at.errors["error"].chance == pytest.approx(ERRORS.mean())


def test_fixed_loops_between_two_numbers_are_mixed_by_their_cost() -> None:
    probability = np.array([[0.9, 0.9], [0.1, 0.1], [0.1, 0.1], [0.1, 0.1]])
    errors = np.array([[8.0, 4.0]] * 4)

    gate = measure_gate({"error": errors}, probability, 0.5, mmac=[10.0, 50.0])

    assert gate.default.mmac == pytest.approx(40.0)
    assert gate.default.errors["error"].fixed == pytest.approx(5.0)


def test_every_fixed_number_of_loops_is_measured() -> None:
    gate = measure_gate({"error": ERRORS}, PROBABILITY, 0.5, mmac=[80.0, 100.0, 120.0])

    assert [each.loops for each in gate.fixed] == [1, 2, 3]
    assert [each.mmac for each in gate.fixed] == [80.0, 100.0, 120.0]
    assert [each.errors["error"] for each in gate.fixed] == pytest.approx([25 / 3, 6.0, 4.0])


def test_thresholds_reach_from_always_one_loop_to_always_all() -> None:
    gate = measure_gate({"error": ERRORS}, PROBABILITY, 0.5)

    assert [point.threshold for point in gate.points] == list(THRESHOLDS)
    assert gate.points[0].mean_loops == 1
    assert gate.points[-1].mean_loops == 3
    assert gate.points[0].errors["error"].gate == pytest.approx(gate.fixed[0].errors["error"])
    assert gate.points[-1].errors["error"].gate == pytest.approx(gate.fixed[-1].errors["error"])
    assert gate.points[0].mmac is None


def test_random_exits_are_the_mean_and_spread_over_all_ways_to_deal() -> None:
    errors = np.random.default_rng(1).uniform(0, 10, (5, 3))
    left = np.array([0, 0, 1, 2, 2])
    dealt = [errors[np.arange(5), list(order)].mean() for order in permutations(left)]

    mean, spread = random_assignment(errors, left)

    assert mean == pytest.approx(np.mean(dealt))
    assert spread == pytest.approx(np.std(dealt))


def test_random_exits_of_one_hand_have_no_spread() -> None:
    assert random_assignment(np.array([[3.0, 2.0]]), np.array([1])) == (2.0, 0.0)
