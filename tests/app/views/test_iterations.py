from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtGui import QColor

from app import theme
from app.views.iterations import IterationsView, dashes, running_mean
from tests.app.sample_results import sample_hand, sample_result


@pytest.fixture
def view(qtbot) -> IterationsView:
    widget = IterationsView(10.0)
    qtbot.addWidget(widget)
    widget.resize(600, 260)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def show_loops(view: IterationsView, loops: list[int], threshold: float = 0.5) -> None:
    for index, count in enumerate(loops):
        view.show_result(
            sample_result((sample_hand(iterations=count),), index=index, gate_threshold=threshold)
        )
    view.redraw()


def test_the_mean_is_of_the_last_second(view):
    show_loops(view, [4] * 60 + [1] * 31)
    assert view.mean_loops() == pytest.approx(1.0)
    assert view.mean_loops(10.0) == pytest.approx((60 * 4 + 31) / 91)


def test_without_a_hand_there_is_no_mean(view):
    view.show_result(sample_result(()))
    assert view.mean_loops() is None
    view.forget()
    assert view.mean_loops() is None


def test_both_hands_count(view):
    hands = (sample_hand(iterations=1), sample_hand((500, 400), handedness="left", iterations=4, track_id=2))
    view.show_result(sample_result(hands))
    assert view.mean_loops() == pytest.approx(2.5)
    np.testing.assert_allclose(view.shares(), [50, 0, 0, 50])


def test_the_histogram_shows_the_share_of_each_number(view):
    show_loops(view, [1] * 5 + [2] * 10 + [4] * 5)
    np.testing.assert_allclose(view.shares(), [25, 50, 0, 25])
    np.testing.assert_allclose(view._bars.opts["width"], [25, 50, 0, 25])
    assert [text.toPlainText() for text in view._percentages] == ["25 %", "50 %", "0 %", "25 %"]


def test_the_threshold_in_force_stands_on_an_axis_of_probabilities(view):
    show_loops(view, [2] * 5, threshold=0.8)
    assert view._gate_label.toPlainText() == "gate after loop 1 · threshold 0.80"
    assert view._gate.value() == pytest.approx(0.8)
    low, high = view._strip.viewRange()[1]
    assert low == pytest.approx(0, abs=0.1)
    assert high == pytest.approx(1, abs=0.1)


def test_the_gate_after_the_first_loop_is_drawn_for_each_hand(view):
    for index in range(20):
        hand = sample_hand(iterations=2)
        first = replace(hand.trace[0], exit_probability=0.02 * index)
        view.show_result(sample_result((replace(hand, trace=(first, hand.trace[1])),), index=index))
    view.redraw()
    right, left = view._certain
    np.testing.assert_allclose(right.getData()[1], 0.02 * np.arange(20), atol=1e-6)
    assert not left.isVisible()


def test_nothing_in_the_plot_reads_like_a_time_but_the_times(view):
    show_loops(view, [2] * 20)
    assert not view._histogram.getAxis("bottom").isVisible()
    assert not view._plot.getAxis("bottom").isVisible(), "the strip below has the times of both"
    assert "share of all hands" in view.toolTip()


def test_curves_are_drawn_in_the_colour_of_their_hand(view, pixels):
    show_loops(view, [2] * 200)
    picture = pixels(view).astype(int)
    right = QColor(theme.HAND_COLOURS["right"])
    left = QColor(theme.HAND_COLOURS["left"])

    def count(colour: QColor) -> int:
        wanted = (colour.red(), colour.green(), colour.blue())
        return int((np.abs(picture - wanted).max(axis=-1) < 12).sum())

    assert count(right) > 200
    assert count(left) == 0


def test_another_network_with_more_loops_stretches_the_axis(view):
    view.show_result(sample_result((sample_hand(iterations=6),), max_iterations=6))
    assert len(view.shares()) == 6
    assert view._plot.viewRange()[1][1] > 6


def test_the_plot_survives_being_emptied(view, pixels):
    show_loops(view, [2] * 50)
    view.forget()
    assert pixels(view).std() > 1, "the axes are still there"
    show_loops(view, [3] * 50)
    assert view.mean_loops() == pytest.approx(3)


def test_equal_frames_make_one_dash_and_gaps_break_it():
    times = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 1.4, 1.5])
    values = np.array([1, 1, 2, np.nan, 2, 2, 2])
    starts, ends, levels = dashes(times, values)
    np.testing.assert_allclose(levels, [1, 2, 2, 2])
    np.testing.assert_allclose(starts, [0.0, 0.2, 0.4, 1.4])
    np.testing.assert_allclose(ends, [0.2, 0.3, 0.6, 1.5])


def test_the_running_mean_looks_back_over_its_window():
    times = np.arange(5) * 0.5
    values = np.array([1.0, 3.0, np.nan, 5.0, 7.0])
    np.testing.assert_allclose(running_mean(times, values, 1.0), [1, 2, np.nan, 5, 6])


def test_the_words_follow_the_theme(view, qapp):
    show_loops(view, [2] * 20)
    dark = theme.HAND_COLOURS["right"]
    theme.apply_theme(qapp, "light")
    assert theme.HAND_COLOURS["right"] != dark
    assert theme.HAND_COLOURS["right"] in view._legend.textItem.toHtml()
