from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtGui import QColor

from app import theme
from app.views.what_if import WhatIfView
from handtrack.hand import FrameResult
from handtrack.model.operating_table import OperatingPoint, OperatingTable
from tests.app.sample_results import sample_hand, sample_result

TABLE = OperatingTable(
    0.5,
    (
        OperatingPoint(0.0, 1.0, 4.5, 7.1, 87.0),
        OperatingPoint(0.5, 2.1, 4.1, 6.6, 115.0),
        OperatingPoint(1.0, 4.0, 4.0, 6.5, 160.0),
    ),
)


@pytest.fixture
def view(qtbot) -> WhatIfView:
    widget = WhatIfView(10.0)
    qtbot.addWidget(widget)
    widget.resize(720, 240)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def result(index: int, *probabilities: float, milliseconds: float) -> FrameResult:
    hand = sample_hand()
    trace = tuple(replace(hand.trace[0], exit_probability=one) for one in probabilities)
    hand = replace(hand, trace=trace, iterations=len(trace))
    return replace(sample_result((hand,), index=index), timings={"estimate": milliseconds})


def show_frames(view: WhatIfView) -> None:
    for index in range(20):
        view.show_result(result(2 * index, 0.6, milliseconds=2.0))
        view.show_result(result(2 * index + 1, 0.3, 0.8, milliseconds=3.0))
    view.redraw()


def test_each_threshold_has_its_loops_and_milliseconds(view):
    show_frames(view)
    assert view.bars.words == [
        "as it ran: 1.50 loops, 2.5 ms",
        "at 0.25: 1.00 loops, 2.0 ms",
        "at 0.50: 1.50 loops, 2.5 ms",
        "at 0.75: ≥ 2.00 loops, 3.0 ms",
    ]


def test_the_whole_stretch_can_be_chosen(view):
    for index in range(40):
        view.show_result(result(index, 0.1, 0.1, 0.1, 0.1, milliseconds=5.0))
    for index in range(400, 410):
        view.show_result(result(index, 0.9, milliseconds=2.0))
    view.redraw()
    assert view.bars.words[0].startswith("as it ran: 1.00 loops")
    view.overall.click()
    assert view.bars.words[0].startswith(f"as it ran: {(160 + 10) / 50:.2f} loops")
    view.forget()
    assert view.bars.words == []


def test_the_present_threshold_and_what_ran_stand_in_the_plot(view):
    view.show_operating_table(TABLE)
    show_frames(view)
    loops, errors = view.curve._line.getData()
    np.testing.assert_allclose(loops, [1.0, 2.1, 4.0])
    np.testing.assert_allclose(errors, [4.5, 4.1, 4.0])
    np.testing.assert_allclose(np.ravel(view.curve._present.getData()), [2.1, 4.1])
    assert view.curve._ran.value() == pytest.approx(1.5)
    view.show_operating_table(None)
    assert not view.curve._present.isVisible()
    assert not view.curve._ran.isVisible()
    assert view.curve._nothing.isVisible()
    view.show_operating_table(TABLE)
    assert view.curve._present.isVisible()


def test_bars_are_as_long_as_their_loops(view, pixels):
    show_frames(view)
    picture = pixels(view.bars).astype(int)

    def length(colour: str, row: int) -> int:
        wanted = QColor(colour)
        rgb = (wanted.red(), wanted.green(), wanted.blue())
        line = picture[8 + 24 * row + 12, 70:]
        return int((np.abs(line - rgb).max(axis=-1) < 8).sum())

    longest = length(theme.MUTED, 3)
    assert longest > 40
    assert length(theme.ACCENT, 0) == pytest.approx(0.75 * longest, abs=4)
    assert length(theme.MUTED, 1) == pytest.approx(0.5 * longest, abs=4)


def test_what_came_while_the_view_was_hidden_counts(view, qtbot):
    view.hide()
    show_frames(view)
    view.show()
    qtbot.waitExposed(view)
    assert len(view.bars.words) == 4
