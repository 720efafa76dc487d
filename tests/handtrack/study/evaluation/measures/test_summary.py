from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.measures.summary import PCK_THRESHOLDS_MM, accuracy, measure, measure_set
from tests.handtrack.study.evaluation.made import made_comparison, made_scores

OURS = [[10.0, 6.0], [20.0, 12.0], [30.0, 24.0]]
EXITS = [[0.9, 0.9], [0.1, 0.9], [0.9, 0.9]]


def test_accuracy_is_over_hands_after_each_loop() -> None:
    first, second = measure(made_scores(OURS), 0.5).loops

    assert first.pa_mpjpe_mm == pytest.approx(20.0)
    assert second.pa_mpjpe_mm == pytest.approx(14.0)
    assert second.pa_median_mm == pytest.approx(12.0)
    assert second.error_2d_percent == pytest.approx(7.0)
    assert second.mpjpe_mm == pytest.approx(28.0)
    assert second.measured_percent is None


def test_pck_counts_joints_within_each_distance() -> None:
    last = measure(made_scores([[10.0], [30.0]]), 0.5).last

    below, between, above = np.searchsorted(PCK_THRESHOLDS_MM, [5, 20, 40])
    assert (last.pa_pck[below], last.pa_pck[between], last.pa_pck[above]) == (0.0, 0.5, 1.0)
    # Errors of 10 and 30 mm leave 40 and 20 of 50 mm, half each, up to the step of the curve.
    assert last.pa_auc == pytest.approx((0.8 + 0.4) / 2, abs=0.01)
    assert last.auc == pytest.approx((0.6 + 0.0) / 2, abs=0.01)  # from the wrist twice as much


def test_hands_without_a_known_wrist_are_left_out_of_mpjpe() -> None:
    scores = made_scores([[10.0], [30.0]])
    relative = scores.relative_mm.copy()
    relative[1] = np.nan

    some = measure(replace(scores, relative_mm=relative), 0.5).last
    none = measure(replace(scores, relative_mm=np.full_like(relative, np.nan)), 0.5).last

    assert some.mpjpe_mm == pytest.approx(20.0)
    assert math.isnan(none.mpjpe_mm)
    assert none.pck is None
    assert math.isnan(none.auc)


def test_measured_points_are_averaged_over_all_of_them() -> None:
    scores = made_scores([[10.0], [30.0]])
    measured = scores.measured_percent.copy()
    measured[0, 0, [4, 8]] = 2.0, 4.0
    measured[1, 0, 4] = 9.0

    assert measure(replace(scores, measured_percent=measured), 0.5).last.measured_percent == pytest.approx(
        5.0
    )


def test_users_get_the_answer_at_the_gates_default() -> None:
    measured = measure(made_scores(OURS, EXITS), 0.5, NetworkCost(1, 60_000_000, (20_000_000, 20_000_000)))

    assert measured.at_default is not None
    assert measured.at_default.mean_loops == pytest.approx(4 / 3)
    assert measured.at_default.accuracy.pa_mpjpe_mm == pytest.approx((10 + 12 + 30) / 3)
    assert measured.gate is not None
    assert measured.gate.default.mmac == pytest.approx(80 + 20 / 3)
    assert measured.gate.default.errors["pa_mpjpe_mm"].gate == pytest.approx((10 + 12 + 30) / 3)
    assert measured.gate.default.errors["error_2d_percent"].gate == pytest.approx((5 + 6 + 15) / 3)


def test_without_a_stated_uncertainty_there_is_no_gate() -> None:
    measured = measure(made_scores(OURS), 0.5)

    assert measured.gate is None
    assert measured.at_default is None


def test_a_set_measures_everyone_in_order() -> None:
    comparison = made_comparison(OURS, EXITS, {"MediaPipe full": [7.0, 7.0, 7.0]}, name="a set")

    measured = measure_set(comparison, [NetworkCost(1, 60_000_000, (1, 1)), None], 0.5)

    assert (measured.name, measured.hands) == ("a set", 3)
    assert [each.estimator for each in measured.measures] == ["ours", "MediaPipe full", "mean pose"]
    assert measured.measures[2].last.pa_mpjpe_mm == pytest.approx(40.0)
    assert {each.by for each in measured.breakdowns} >= {"source", "loops used"}


def test_each_hand_can_be_measured_after_its_own_loop() -> None:
    assert accuracy(made_scores(OURS), np.array([0, 1, 1])).pa_mpjpe_mm == pytest.approx((10 + 12 + 24) / 3)
