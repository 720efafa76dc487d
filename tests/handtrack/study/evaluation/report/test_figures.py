from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.measures.summary import SetMeasures, measure_set
from handtrack.study.evaluation.report.figures import cost_curve, gate_curves, pck_curves, uncertainty_curves
from tests.handtrack.study.evaluation.made import made_comparison

COSTS = [NetworkCost(600_000, 60_000_000, (25_000_000, 20_000_000)), NetworkCost(1, 300_000_000, (0,))]


@pytest.fixture
def measured() -> SetMeasures:
    comparison = made_comparison(
        [[12.0, 10.0], [16.0, 14.0], [30.0, 12.0]],
        [[0.9, 0.9], [0.6, 0.9], [0.1, 0.9]],
        {"MediaPipe full": [8.0, 9.0, 7.0]},
    )
    return measure_set(comparison, COSTS, 0.5)


def words(svg: str) -> set[str]:
    """All text of a picture, which must be sound XML and need nothing from elsewhere."""
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert "<image" not in svg
    assert 'href="http' not in svg
    return {"".join(each.itertext()).strip() for each in root.iter("{http://www.w3.org/2000/svg}text")}


def test_pck_curves_name_every_estimator(measured: SetMeasures) -> None:
    shown = words(pck_curves(measured))

    assert {"ours", "MediaPipe full", "mean pose", "PCK, 3D, from the wrist", "joints, %"} <= shown


def test_cost_is_shown_of_those_whose_cost_is_known(measured: SetMeasures) -> None:
    shown = words(cost_curve(measured, COSTS))

    assert {"ours", "MediaPipe full", "MMAC a hand"} <= shown
    assert "mean pose" not in shown


def test_the_gate_is_shown_against_fixed_loops_and_chance(measured: SetMeasures) -> None:
    gate = measured.measures[0].gate
    assert gate is not None

    shown = words(gate_curves(gate))

    assert {"fixed number of loops", "random exits, +- 2 sd", "gate's default, 0.5"} <= shown


def test_uncertainty_is_shown_by_reliability_and_risk(measured: SetMeasures) -> None:
    at_default = measured.measures[0].at_default
    assert at_default is not None

    shown = words(uncertainty_curves(at_default.uncertainty))

    assert {"Reliability", "depth", "Risk-coverage, joints", "perfect order"} <= shown


def test_equal_values_give_equal_pictures(measured: SetMeasures) -> None:
    assert pck_curves(measured) == pck_curves(measured)
