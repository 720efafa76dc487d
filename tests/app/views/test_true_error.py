from __future__ import annotations

import numpy as np
import pytest

from app import theme
from app.views.true_error import TrueErrorView
from handtrack.skeleton import FINGER_COLOURS_RGB, JOINT_COUNT
from tests.app.sample_results import sample_hand, sample_result, truth_of


@pytest.fixture
def view(qtbot) -> TrueErrorView:
    widget = TrueErrorView(10.0)
    qtbot.addWidget(widget)
    widget.resize(480, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def show(view: TrueErrorView, offsets: list[float], start: int = 0, sigma: float = 1.0) -> None:
    """Frames whose hand is off by so many pixels along x."""
    hand = sample_hand(sigma=sigma)
    for index, offset in enumerate(offsets, start):
        truth = (truth_of(hand, moved_2d=(offset, 0)),)
        view.show_result(sample_result((hand,), index=index, truth=truth))
    view.redraw()


def choose_pixels(view: TrueErrorView) -> None:
    view._unit.setCurrentIndex(1)


def bars(view: TrueErrorView) -> np.ndarray:
    return np.asarray(view.plots._bars.opts["height"])


def test_each_joint_has_its_error_as_a_bar_and_its_sigma_as_a_mark(view):
    choose_pixels(view)
    show(view, [10.0] * 40)
    assert bars(view) == pytest.approx(np.full(JOINT_COUNT, 10 / np.sqrt(2)), rel=1e-4)
    x, y = view.plots._marks.getData()
    assert x[0::2] + x[1::2] == pytest.approx(2.0 * np.arange(JOINT_COUNT))
    assert y[0::2] == pytest.approx(sample_hand().sigma_2d, rel=1e-4)


def test_both_are_plotted_over_time(view):
    choose_pixels(view)
    show(view, [0.0] * 30 + [20.0] * 30)
    x, y = view.plots._error_curve.getData()
    assert x[0] == pytest.approx(-59 / 30)
    assert x[-1] == 0
    assert y[10] == pytest.approx(0.0)
    assert y[-1] == pytest.approx(20 / np.sqrt(2), rel=1e-4)
    x, y = view.plots._sigma_curve.getData()
    assert y == pytest.approx(np.full(60, np.sqrt((sample_hand().sigma_2d ** 2).mean())), rel=1e-4)


def test_millimetres_are_shown_at_first_without_the_wrist(view):
    show(view, [0.0] * 10)
    x, y = view.plots._marks.getData()
    assert len(x) == 2 * (JOINT_COUNT - 1)
    assert y[0::2] == pytest.approx(1000 * sample_hand().sigma_3d[1:], rel=1e-4)
    assert view.plots._joints.getAxis("left")._tickLevels[0][-1][1].endswith(" mm")
    choose_pixels(view)
    assert view.plots._joints.getAxis("left")._tickLevels[0][-1][1].endswith(" px")


def test_shares_inside_sigma_are_told(view):
    assert view.shares.text == "inside 1σ \N{EN DASH} · 2σ \N{EN DASH}"
    show(view, [0.0] * 5)
    assert view.shares.text == "inside 1σ 100 % · 2σ 100 %"
    choose_pixels(view)
    show(view, [1000 * float(sample_hand().sigma_2d.max())] * 5, start=5)
    assert view.shares.text == "inside 1σ 100 % · 2σ 100 %", "so far off is another hand"
    show(view, [200.0] * 10, start=10)
    assert view.shares.text == "inside 1σ 67 % · 2σ 67 %", "y is right, x is not, in two of three"


def test_the_range_moves_in_steps(view):
    choose_pixels(view)
    show(view, [3.0] * 30)
    top = view.plots._top["joints"]
    assert top >= float(sample_hand().sigma_2d.max())
    show(view, [3.3] * 30, start=30)
    assert view.plots._top["joints"] == top
    show(view, [100.0] * 40, start=60)
    assert view.plots._top["joints"] == 80


def test_the_picture_shows_bars_in_finger_colours_and_a_line(view, pixels):
    choose_pixels(view)
    show(view, [20.0] * 290)
    picture = pixels(view).astype(int)
    for name, colour in FINGER_COLOURS_RGB.items():
        assert (np.abs(picture - colour).max(axis=-1) < 25).sum() > 100, name
    accent = np.array([int(theme.ACCENT[i : i + 2], 16) for i in (1, 3, 5)])
    below = picture[190:280]
    assert (np.abs(below - accent).max(axis=-1) < 40).sum() > 200


def test_the_plots_survive_being_emptied(view, pixels):
    show(view, [5.0] * 30)
    view.forget()
    assert (bars(view) == 0).all()
    assert not view.plots._error_curve.isVisible()
    assert not len(view.plots._marks.getData()[0])
    view.show_result(sample_result((), truth=()))
    view.redraw()
    assert (bars(view) == 0).all()
    show(view, [5.0] * 30, start=10)
    assert view.plots._error_curve.isVisible()
    assert bars(view).max() == pytest.approx(0.0, abs=1e-3), "nothing is off in space"
