from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.goals import Goal, check_goals, gate_verdict
from handtrack.study.evaluation.hand_sets import LABELLED, RENDERED_HANDS, STEREO
from handtrack.study.evaluation.measures.summary import SetMeasures, measure, measure_set
from tests.handtrack.study.evaluation.made import made_comparison, made_scores

COST = NetworkCost(600_000, 60_000_000, (25_000_000, 20_000_000))
ALWAYS_ONE = [[0.9, 0.9]] * 3


def goals_of(
    *comparisons: Comparison, cost: NetworkCost | None = COST, certainty: float = 1.0
) -> dict[str, Goal]:
    sets: Sequence[SetMeasures] = [measure_set(each, [cost], 0.5) for each in comparisons]
    return {goal.what: goal for goal in check_goals(sets, 0, cost, certainty)}


def find(goals: dict[str, Goal], start: str) -> Goal:
    [found] = [goal for what, goal in goals.items() if what.startswith(start)]
    return found


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    goals = goals_of(cost=None)

    assert {goal.met for what, goal in goals.items() if what != "joint groups are binary"} == {None}
    assert find(goals, "rendered").reached == "not measured"


def test_costs_are_held_against_their_limits() -> None:
    fits = goals_of()
    heavy = goals_of(cost=NetworkCost(1_600_000, 60_000_000, (31_000_000, 26_000_000)))

    for what in ("parameters", "cost of encoder and first loop", "cost of each further loop"):
        assert fits[what].met
        assert heavy[what].met is False
    assert fits["cost of encoder and first loop"].reached == "85.0 MMAC"
    assert heavy["cost of each further loop"].reached == "26.0 MMAC"


@pytest.mark.parametrize(("ours", "met"), [(7.0, True), (8.0, False)])
def test_real_3d_is_held_against_the_better_answer_of_mediapipe_full(ours: float, met: bool) -> None:
    peers = {
        "MediaPipe full": [15.0] * 3,
        "MediaPipe full, image z": [10.0] * 3,
        "MediaPipe lite": [1.0] * 3,
    }

    goal = find(goals_of(made_comparison([[ours, 1.0]] * 3, ALWAYS_ONE, peers, STEREO)), "real 3D")

    assert goal.met is met
    assert goal.reached == f"{ours:.2f} mm, {ours / 10:.2f} x its 10.00 mm"


def test_without_mediapipe_there_is_nothing_to_be_held_against() -> None:
    assert find(goals_of(made_comparison([[7.0, 1.0]] * 3, ALWAYS_ONE, {}, STEREO)), "real 3D").met is None


def test_accuracy_is_that_at_the_gates_default() -> None:
    reached = find(goals_of(made_comparison([[6.0, 2.0]] * 3, ALWAYS_ONE, {}, RENDERED_HANDS)), "rendered")

    assert (reached.reached, reached.met) == ("6.00 mm", False)


def test_labels_are_held_against_the_hands_box() -> None:
    goals = goals_of(made_comparison([[7.0, 2.0]] * 3, ALWAYS_ONE, {}, LABELLED))

    assert find(goals, "real 2D, careful").reached == "3.50 %"
    assert find(goals, "real 2D, careful").met


def gated(errors: list[list[float]], exits: list[list[float]]) -> dict[str, Goal]:
    return goals_of(made_comparison(errors, exits, {}, LABELLED))


def test_a_gate_that_sends_hard_hands_on_is_good() -> None:
    hard, easy = [[20.0, 10.0]] * 5, [[5.0, 5.0]] * 15
    goals = gated(hard + easy, [[0.1, 0.9]] * 5 + [[0.9, 0.9]] * 15)

    assert [goals[what].met for what in goals if what.startswith("gate")] == [True, False, True, True]
    assert goals["gate: accuracy kept"].reached == "2D error +0.00 %, PA-MPJPE +0.00 %"
    assert goals["gate: loops used"].reached == "1.25 of 2, 62 %"
    # Five of twenty hands at random would lower the mean error of 8.75 mm by a quarter of 2.5 mm.
    assert "PA-MPJPE 1.875 mm less" in goals["gate against a fixed number of loops"].reached
    assert "PA-MPJPE 1.875 mm less" in goals["gate against random exits"].reached


def test_a_gate_that_sends_easy_hands_on_is_not() -> None:
    hard, easy = [[20.0, 10.0]] * 5, [[5.0, 5.0]] * 15
    goals = gated(hard + easy, [[0.9, 0.9]] * 5 + [[0.1, 0.9]] * 15)

    assert goals["gate: accuracy kept"].met is False
    assert goals["gate against a fixed number of loops"].met is False
    assert goals["gate against random exits"].met is False
    assert "more" in goals["gate against random exits"].reached


def test_a_gain_within_chance_does_not_count() -> None:
    generator = np.random.default_rng(3)
    errors = [[20.0, 20.0 - gain] for gain in generator.normal(1, 1, 40)]
    exits = [[0.1, 0.9] if i % 2 else [0.9, 0.9] for i in range(40)]
    errors.sort(key=lambda each: generator.uniform())
    goal = gated(errors, exits)["gate against random exits"]

    assert goal.met is False


def test_one_loop_alone_has_no_gate() -> None:
    cost = NetworkCost(600_000, 60_000_000, (25_000_000,))
    goals = goals_of(made_comparison([[5.0]], [[0.9]], {}, LABELLED), cost=cost)

    assert find(goals, "gate: loops used").met is None
    assert gate_verdict(measure(made_scores([[5.0]], [[0.9]]), 0.5)) is None
    assert gate_verdict(measure(made_scores([[5.0]]), 0.5)) is None


def test_the_verdict_says_what_the_gate_does() -> None:
    verdict = gate_verdict(measure(made_scores([[20.0, 10.0], [5.0, 5.0]], [[0.1, 0.9], [0.9, 0.9]]), 0.5))

    assert verdict is not None
    assert verdict.startswith("At its default threshold 0.5 the gate uses 1.50 of 2 loops (75 %).")
    assert "PA-MPJPE 7.500 mm, +0.00 % against always 2 loops (7.500)" in verdict
    assert "2.500 mm less than fixed loops at equal cost (10.000)" in verdict


def test_uncertainty_is_judged_along_each_dimension() -> None:
    goals = gated([[5.0, 5.0]] * 3, ALWAYS_ONE)

    # The made residuals are all inside along x and y, and none along depth.
    assert goals["residuals inside 1 sigma"].reached == "x 100.0 %, y 100.0 %, depth 0.0 %"
    assert goals["residuals inside 1 sigma"].met is False
    assert goals["residuals inside 2 sigma"].met is False
    assert goals["Spearman of sigma and error over joints"].met is False
    assert goals["risk-coverage curve over joints"].met is True


@pytest.mark.parametrize(("certainty", "met"), [(0.995, True), (0.9, False)])
def test_joint_groups_are_binary_or_not(certainty: float, met: bool) -> None:
    goal = goals_of(certainty=certainty)["joint groups are binary"]

    assert goal.met is met
    assert goal.reached == f"the smallest is {certainty:.3f}"
