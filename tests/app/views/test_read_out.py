"""The values under the mouse, in every plot that has some."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF
from PyQt6.QtWidgets import QApplication

from app.history import TimeHistory
from app.views.iterations import IterationsView
from app.views.plot_style import PlotArea
from app.views.true_error import TrueErrorPlots
from app.views.uncertainty import UncertaintyMap
from app.views.what_if import TradeOffPlot
from handtrack.model.operating_table import OperatingPoint, OperatingTable
from tests.app.sample_results import sample_hand, sample_result, truth_of


def shown(qtbot, view: PlotArea) -> PlotArea:
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


def place_of(view: PlotArea, plot: pg.PlotItem, x: float, y: float) -> QPointF:
    """Where in a widget a place of a plot's axes is."""
    return QPointF(view.mapFromScene(plot.getViewBox().mapViewToScene(QPointF(x, y))))


def test_loops_and_gate_are_said_of_the_moment_under_the_mouse(qtbot):
    view = shown(qtbot, IterationsView(10.0))
    for index in range(60):
        view.show_result(sample_result((sample_hand(iterations=1 if index < 30 else 4),), index=index))
    view.redraw()
    when, words = view.values_at(place_of(view, view._plot, -1.5, 2.0))
    assert when == "\N{MINUS SIGN}1.50 s"
    assert words.endswith("right</span> 1 loop")
    assert view.values_at(place_of(view, view._plot, -0.5, 2.0))[1].endswith("4 loops")
    assert view.values_at(place_of(view, view._strip, -0.5, 0.5))[1].endswith("gate 0.90")
    assert view.values_at(place_of(view, view._plot, -5.0, 2.0)) == [], "nothing was known then"


def test_the_map_says_the_joint_under_the_mouse(qtbot):
    view = shown(qtbot, UncertaintyMap(10.0))
    for index in range(30):
        hands = (sample_hand(), sample_hand(handedness="left", sigma=2.0, track_id=2))
        view.show_result(sample_result(hands, index=index))
    view.redraw()
    assert view.values_at(place_of(view, view._plot, -0.5, 8.5))[1:] == ["left index tip", "σ 18.0 mm"]
    right = place_of(view, view._plot, view._offsets()[1] - 0.5, 8.5)
    assert view.values_at(right)[1:] == ["right index tip", "σ 9.0 mm"]
    view.select_unit("px")
    assert view.values_at(right)[2].endswith("px")


def test_errors_are_said_of_a_moment_and_of_a_joint(qtbot):
    view = shown(qtbot, TrueErrorPlots(10.0))
    hand = sample_hand()
    for index in range(30):
        view.show_result(sample_result((hand,), index=index, truth=(truth_of(hand, (3.0, 3.0)),)))
    view.select_unit("px")
    moment = view.values_at(place_of(view, view._time, -0.5, 0.1))
    assert moment[1] == "true error 3.0 px"
    joint = view.values_at(place_of(view, view._joints, 8.0, 0.1))
    assert joint[:2] == ["index tip, last second", "true error 3.0 px"]


def test_the_trade_off_says_the_nearest_threshold(qtbot):
    view = shown(qtbot, TradeOffPlot())
    points = tuple(
        OperatingPoint(threshold, loops, error, 9.0, 100.0)
        for threshold, loops, error in ((0.0, 1.0, 4.0), (0.5, 2.0, 3.6), (1.0, 4.0, 3.5))
    )
    assert view.values_at(place_of(view, view._plot, 0.0, 0.0)) == []
    view.show_table(OperatingTable(0.5, points))
    said = view.values_at(place_of(view, view._plot, 2.1, 3.7))
    assert said == ["threshold 0.50", "2.00 loops, error 3.60 % of hand"]


def test_the_words_stand_beside_the_mouse_and_go_with_it(qtbot):
    view = shown(qtbot, IterationsView(10.0))
    for index in range(60):
        view.show_result(sample_result((sample_hand(),), index=index))
    view.redraw()
    read_out = view._read_out
    assert not read_out.isVisible()
    at = place_of(view, view._plot, -0.5, 2.0).toPoint()
    qtbot.mouseMove(view.viewport(), at)
    qtbot.waitUntil(read_out.isVisible)
    assert view.viewport().rect().contains(read_out.geometry()), "none of it is cut off"
    assert not read_out.geometry().contains(at), "it does not lie on what it explains"
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert not read_out.isVisible()
    qtbot.mouseMove(view.viewport(), QPoint(2, 2))
    assert not read_out.isVisible(), "outside the plots there is nothing to say"


@pytest.mark.parametrize(("moment", "value"), [(-5.0, 0), (0.9, 1), (1.1, 1), (1.6, 2), (99.0, 3)])
def test_the_nearest_row_is_found(moment, value):
    history = TimeHistory(10.0, 1)
    for index in range(4):
        history.append(float(index), np.array([index]))
    row = history.nearest(moment)
    assert row is not None
    assert row[0] == value
    assert history.nearest(moment, within=0.2) is None or abs(moment - value) <= 0.2
    assert TimeHistory(10.0, 1).nearest(0.0) is None
