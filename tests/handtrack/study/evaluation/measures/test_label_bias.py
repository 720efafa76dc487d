from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.hand_sets import RENDERED_HANDS
from handtrack.study.evaluation.measures.label_bias import measure_label_bias
from handtrack.study.evaluation.measures.summary import measure_set
from handtrack.study.evaluation.report.unseen_grids import label_bias_grid, set_grids
from tests.handtrack.study.evaluation.made import made_comparison

PEERS = {
    "MediaPipe full": [14.0, 14.0],
    "MediaPipe full, image z": [14.0, 14.0],
    "MediaPipe full, 16 passes": [12.0, 12.0],
}


@pytest.fixture
def rendered() -> Comparison:
    """Two hands of 100 pixels: labels are 6 pixels off, and one pass of their network 7 to the same side."""
    made = made_comparison([[20.0, 4.0]] * 2, [[0.1, 0.9], [0.9, 0.9]], PEERS, RENDERED_HANDS)
    places = {"ours": (-10.0, -2.0), "MediaPipe full": (7.0,), "MediaPipe full, 16 passes": (6.0,)}
    scores = []
    for each in made.scores:
        joints = np.zeros((2, each.loops, 21, 2), np.float32)
        joints[..., 0] = np.array(places.get(each.estimator, (0.0,) * each.loops))[:, None]
        scores.append(replace(each, joints_2d=joints))
    return replace(made, scores=tuple(scores))


def test_on_rendered_hands_labels_favour_the_network_that_made_them(rendered: Comparison) -> None:
    rows = measure_label_bias(rendered, 0.5)

    # The gate leaves the second hand after its first loop.
    assert [each.estimator for each in rows] == ["ours", "MediaPipe full", "MediaPipe full, 16 passes"]
    assert [each.truth_percent for each in rows] == pytest.approx([(2 + 10) / 2, 7, 6])
    assert [each.label_percent for each in rows] == pytest.approx([(8 + 16) / 2, 1, 0])
    assert measure_set(rendered, [], 0.5).label_bias == rows


def test_at_measured_points_labels_are_the_truth_of_the_set(rendered: Comparison) -> None:
    scores = []
    for each in rendered.scores:
        measured = np.full_like(each.measured_percent, np.nan)
        measured[0, :, 8] = 3.0
        image = each.image_percent.copy()
        image[0, :, 8] = 1.0
        scores.append(replace(each, measured_percent=measured, image_percent=image))

    rows = measure_label_bias(replace(rendered, scores=tuple(scores)), 0.5)

    assert [(each.truth_percent, each.label_percent) for each in rows] == [(3.0, 1.0)] * 3


def test_nothing_is_said_where_the_truth_is_the_labels_or_nobody_made_any(rendered: Comparison) -> None:
    labelled = replace(rendered, evaluated=replace(rendered.evaluated, name="labelled validation"))
    without = replace(rendered, scores=(*rendered.scores[:3], rendered.scores[4]))

    assert measure_label_bias(labelled, 0.5) == ()
    assert measure_label_bias(without, 0.5) == ()


def test_a_table_has_a_row_for_each_estimator(rendered: Comparison) -> None:
    measured = measure_set(rendered, [], 0.5)
    grid = label_bias_grid(measured.label_bias)

    assert grid in set_grids(measured)
    assert grid is not None
    assert grid.rows[:2] == [["ours", "6.00", "12.00"], ["MediaPipe full", "7.00", "1.00"]]
    assert label_bias_grid(()) is None
