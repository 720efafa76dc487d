from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtWidgets import QApplication, QTableWidgetItem

from app import theme
from app.views.measures import MeasuresView
from handtrack.measures import MEASURES, measures
from tests.app.sample_results import moving_results, sample_hand, sample_result

NUMBERS = {measure.key: number for number, measure in enumerate(MEASURES)}


@pytest.fixture
def view(qtbot) -> MeasuresView:
    widget = MeasuresView(10.0)
    qtbot.addWidget(widget)
    widget.resize(900, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def item(view: MeasuresView, key: str, column: int) -> QTableWidgetItem:
    found = view.table.item(view._rows[NUMBERS[key]], column)
    assert found is not None
    return found


def cell(view: MeasuresView, key: str, column: int) -> str:
    return item(view, key, column).text()


def tick(view: MeasuresView, key: str, on: bool = True) -> None:
    state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
    item(view, key, 0).setCheckState(state)


def test_the_table_has_the_figures_of_both_hands(view):
    right, left = sample_hand(curl=0.4), sample_hand(handedness="left", curl=0.1, track_id=2)
    view.show_result(sample_result((right, left)))
    view.redraw()
    number = NUMBERS["middle_pip_flexion_deg"]
    for column, hand in ((1, left), (2, right)):
        assert cell(view, "middle_pip_flexion_deg", column) == f"{measures(hand)[0][number]:.0f}"
    assert cell(view, "wrist_z_cm", 2) == "44.0 ± 3.1"
    assert "right palm to the camera" in view.palms.text()


def test_what_is_not_there_has_no_figure(view):
    view.show_result(sample_result((sample_hand(),)))
    view.redraw()
    assert cell(view, "pinch_index_mm", 1) == "\N{EN DASH}"
    assert cell(view, "pinch_index_mm", 2) != "\N{EN DASH}"
    view.forget()
    assert cell(view, "pinch_index_mm", 2) == "\N{EN DASH}"


def test_rows_that_are_ticked_are_plotted_by_their_units(view):
    for result in moving_results(60):
        view.show_result(result)
    tick(view, "pinch_index_mm", False)
    assert view.plot._shown == []
    tick(view, "index_pip_flexion_deg")
    tick(view, "wrist_z_cm")
    view.plot.redraw()
    assert view.plot._shown == ["cm", "°"]
    curve = view.plot._curves[NUMBERS["index_pip_flexion_deg"], 1]
    _, values = view.history.over_time()
    np.testing.assert_allclose(curve.getData()[1], values[:, 1, NUMBERS["index_pip_flexion_deg"]])
    low, high = view.plot._plots["°"].viewRange()[1]
    assert low <= np.nanmin(curve.getData()[1]) <= np.nanmax(curve.getData()[1]) <= high
    tick(view, "wrist_z_cm", False)
    assert view.plot._shown == ["°"]
    assert not view.plot._plots["cm"].isVisible()
    QApplication.processEvents()
    rows = view.plot._plots["°"].geometry()
    assert rows.height() > 0.9 * view.plot.height(), "a hidden plot takes no room"


def test_the_values_under_the_mouse_are_those_of_the_ticked_rows(view):
    for result in moving_results(60):
        view.show_result(result)
    view.redraw()
    box = view.plot._plots["mm"].getViewBox()
    at = QPointF(view.plot.mapFromScene(box.mapViewToScene(QPointF(-0.5, 100))))
    when, left, right = view.plot.values_at(at)
    assert when.startswith("\N{MINUS SIGN}0.5")
    assert left.startswith("left")
    assert right.startswith("right")
    assert "pinch thumb to index" in right
    asked: list[float] = []
    view.plot.moment_asked.connect(asked.append)
    view.plot._go_to(at)
    assert asked[0] == pytest.approx(59 / 30 - 0.5, abs=0.05)


def test_an_angle_that_goes_round_draws_no_line_across_the_plot(view):
    tick(view, "palm_turned_right_deg")
    for index in range(20):
        turn = np.pi - 0.1 + 0.01 * index
        view.show_result(sample_result((sample_hand(turn=turn),), index=index))
    view.redraw()
    shown = view.plot._curves[NUMBERS["palm_turned_right_deg"], 1].getData()[1]
    steps = np.abs(np.diff(shown))
    assert np.nanmax(steps) < 10
    assert np.isnan(shown).sum() == 1


def test_nothing_is_computed_while_the_view_is_hidden(view, monkeypatch):
    view.hide()
    computed = []
    monkeypatch.setattr("app.model.measures.measures", lambda hand: computed.append(1))
    monkeypatch.setattr("app.model.measures.measures_of_joints", lambda *_: computed.append(1))
    for result in moving_results(30):
        view.show_result(result)
    assert computed == []
    monkeypatch.undo()
    view.show()
    assert len(view.history.over_time()[0]) == 30, "what came meanwhile is known all the same"
    assert cell(view, "pinch_index_mm", 2) != "\N{EN DASH}"


def test_it_is_copied_as_a_table_with_units(view, qtbot):
    hand = sample_hand()
    view.show_result(sample_result((hand,)))
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    lines = clipboard.text().splitlines()
    assert lines[0].split("\t") == ["measure", "unit", "left", "left sigma", "right", "right sigma"]
    assert len(lines) == 1 + len(MEASURES)
    values, sigmas = measures(hand)
    number = NUMBERS["pinch_index_mm"]
    cells = lines[1 + number].split("\t")
    assert cells[:4] == ["pinch thumb to index", "mm", "", ""]
    assert float(cells[4]) == pytest.approx(values[number], abs=0.01)
    assert float(cells[5]) == pytest.approx(sigmas[number], abs=0.01)
    clipboard.clear()
    view.copy.click()
    assert clipboard.text().splitlines() == lines


def test_a_mirrored_picture_turns_left_and_right_over(view):
    view.show_result(sample_result((sample_hand(turn=0.5),)))
    view.set_mirrored(True)
    assert cell(view, "wrist_x_cm", 2).startswith("\N{MINUS SIGN}4.0")
    turned = float(cell(view, "palm_turned_right_deg", 2).split()[0].replace("\N{MINUS SIGN}", "-"))
    view.set_mirrored(False)
    back = float(cell(view, "palm_turned_right_deg", 2).split()[0].replace("\N{MINUS SIGN}", "-"))
    assert turned == -back != 0


def test_the_theme_is_followed(view, qtbot, qapp):
    view.show_result(sample_result((sample_hand(),)))
    row = view._rows[NUMBERS["pinch_index_mm"]]
    theme.apply_theme(qapp, "light")
    colour = view.table.item(row, 0).foreground().color()
    assert colour == view.plot.colours[NUMBERS["pinch_index_mm"]] == theme.joint_ink(1)
    pen = view.plot._curves[NUMBERS["pinch_index_mm"], 1].opts["pen"]
    assert pen.color() == theme.joint_ink(1)
