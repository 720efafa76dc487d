from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.measures.left_out import leave_each_out, left_out
from handtrack.study.evaluation.measures.summary import measure_set
from handtrack.study.evaluation.report.unseen_grids import left_out_grid
from tests.handtrack.study.evaluation.made import made_comparison, made_facts


def normal(hands: int, *axes: float) -> np.ndarray:
    """Residuals (N, 21, 3) with these standard deviations along x, y and depth."""
    return np.random.default_rng(hands).normal(size=(hands, 21, 3)) * axes


def test_sigma_that_holds_for_everybody_holds_for_whoever_is_left_out():
    residual = np.concatenate([normal(300, 0.02, 0.02, 1), normal(200, 0.02, 0.02, 1)])
    sigma = np.full_like(residual, 0.02)
    rows = left_out(residual, sigma, ["b"] * 300 + ["a"] * 200)
    assert [(row.source, row.hands) for row in rows] == [("a", 200), ("b", 300)]
    for row in rows:
        for shares in (row.shipped, row.left_out):
            assert shares[0] == pytest.approx((0.683, 0.683), abs=0.03)
            assert shares[1] == pytest.approx((0.954, 0.954), abs=0.02)


def test_what_others_need_is_not_what_a_person_who_differs_needs():
    # Sigma was fitted to both: half of what the first needs along y, and twice what the second does.
    residual = np.concatenate([normal(300, 0.02, 0.04, 1), normal(301, 0.02, 0.01, 1)])
    rows = left_out(residual, np.full_like(residual, 0.02), ["far off"] * 300 + ["near"] * 301)
    far, near = rows
    assert far.shipped[0][1] == pytest.approx(0.383, abs=0.03), "half a standard deviation"
    assert far.left_out[0][1] == pytest.approx(0.197, abs=0.03), "a quarter of one"
    assert far.left_out[0][0] == pytest.approx(0.683, abs=0.03)
    assert near.left_out[0][1] > near.shipped[0][1] > 0.9


def test_unknown_joints_do_not_count():
    residual = np.concatenate([normal(300, 0.02, 0.02, 1), normal(301, 0.02, 0.02, 1)])
    residual[:, 3] = np.nan
    rows = left_out(residual, np.full_like(residual, 0.02), ["a"] * 300 + ["b"] * 301)
    assert rows[0].left_out[0] == pytest.approx((0.683, 0.683), abs=0.03)


def test_answers_are_those_at_the_gates_default_and_one_collection_has_no_others():
    made = made_comparison([[9.0, 5.0]] * 4, [[0.9, 0.9], [0.1, 0.9], [0.9, 0.9], [0.9, 0.9]], {})
    residual = made.scores[0].residual
    assert residual is not None
    residual = residual.copy()
    residual[1, 0] = 1.0  # what the gate does not take
    scores = (replace(made.scores[0], residual=residual), *made.scores[1:])
    facts = tuple(made_facts(index, source="ab"[index // 2]) for index in range(4))
    comparison = Comparison(made.evaluated, facts, scores)
    measured = measure_set(comparison, [None] * len(scores), 0.5)

    assert [row.source for row in measured.left_out] == ["a", "b"]
    assert measured.left_out[0].shipped == ((1.0, 1.0), (1.0, 1.0))
    grid = left_out_grid(measured.left_out)
    assert grid is not None
    assert grid.rows[0][:3] == ["a", "2", "100.0 / 100.0"]
    alone = Comparison(made.evaluated, tuple(made_facts(index) for index in range(4)), scores)
    assert leave_each_out(alone, 0.5) == ()
    assert left_out_grid(()) is None
