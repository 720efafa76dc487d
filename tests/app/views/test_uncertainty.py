from __future__ import annotations

import numpy as np
import pytest

from app.views.uncertainty import UncertaintyView
from handtrack.skeleton import JOINT_COUNT
from tests.app.sample_results import sample_hand, sample_result


@pytest.fixture
def view(qtbot) -> UncertaintyView:
    widget = UncertaintyView(10.0)
    qtbot.addWidget(widget)
    widget.resize(640, 320)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def show_sigma(view: UncertaintyView, sigmas: list[float], start: int = 0) -> None:
    for index, sigma in enumerate(sigmas, start):
        view.show_result(sample_result((sample_hand(sigma=sigma),), index=index))
    view.redraw()


def shown(view: UncertaintyView) -> np.ndarray:
    return np.asarray(view.map._image.image)


def test_rows_are_joints_and_columns_are_moments(view):
    show_sigma(view, [1.0] * 150)
    shades = shown(view)
    assert shades.shape[0] == JOINT_COUNT
    middle = shades.shape[1] // 2
    assert (shades[:, : middle - 5] == 0).all(), "nothing was seen more than five seconds ago"
    newest = shades[:, -1]
    expected = sample_hand().sigma_3d * 1000 / view.map.top
    np.testing.assert_allclose(newest, 1 + 254 * expected, atol=1)
    assert newest[4] > newest[1] > newest[0], "tips are less sure than knuckles and the wrist"


def test_a_lost_hand_leaves_a_gap(view):
    show_sigma(view, [1.0] * 60)
    for index in range(60, 120):
        view.show_result(sample_result((), index=index))
    view.redraw()
    shades = shown(view)
    assert (shades[:, -50:] == 0).all()
    assert (shades[:, -100:-70] > 0).all()


def test_the_range_moves_in_steps_and_not_with_every_frame(view):
    show_sigma(view, [1.0] * 30)
    first = view.map.top
    assert first >= 9, "the largest sigma of 9 mm is within the range"
    show_sigma(view, [1.0 + 0.02 * step for step in range(10)], start=30)
    assert view.map.top == first
    show_sigma(view, [6.0] * 60, start=40)
    assert view.map.top == 80
    show_sigma(view, [0.3] * 400, start=100)
    assert view.map.top <= 5


def test_the_unit_can_be_pixels(view):
    show_sigma(view, [1.0] * 30)
    view._unit.setCurrentIndex(1)
    newest = shown(view)[:, -1]
    np.testing.assert_allclose(newest, 1 + 254 * sample_hand().sigma_2d / view.map.top, atol=1)
    ticks = view.map._bar.axis._tickLevels
    assert ticks[0][-1][1] == f"{view.map.top:g} px"


def test_the_hand_can_be_chosen(view):
    sure = sample_hand((500, 400), handedness="left", sigma=0.4, track_id=1)
    unsure = sample_hand(sigma=1.0, track_id=2)

    def newest() -> float:
        for index in range(10):
            view.show_result(sample_result((unsure, sure), index=index))
        view.redraw()
        return float(shown(view)[8, -1]) * view.map.top / 254

    assert newest() == pytest.approx(0.4 * 9, abs=0.2), "the hand that was found first"
    view._hand.setCurrentIndex(1)
    assert newest() == pytest.approx(9, abs=0.2), "the right hand"
    view._hand.setCurrentIndex(2)
    assert newest() == pytest.approx(0.4 * 9, abs=0.2), "the left hand"


def test_the_picture_shows_the_colours_of_the_map(view, pixels):
    show_sigma(view, [1.0] * 290)
    unsure = pixels(view).astype(int)
    show_sigma(view, [0.45] * 290, start=290)
    sure = pixels(view).astype(int)

    def bright_green(picture: np.ndarray) -> int:
        middle = picture[60:280, 150:550]
        return int((middle[..., 1] > 150).sum())

    assert bright_green(unsure) > 3000
    assert bright_green(sure) < 0.2 * bright_green(unsure)


def test_joints_are_named_where_rows_are_high_enough(view, qtbot):
    axis = view.map._axis
    assert axis._names_joints
    tall = axis.geometry().width()
    view.resize(640, 180)
    qtbot.waitUntil(lambda: not axis._names_joints and axis.geometry().width() < tall)
    view.resize(640, 400)
    qtbot.waitUntil(lambda: axis._names_joints)


def test_the_map_survives_being_emptied(view, pixels):
    show_sigma(view, [1.0] * 60)
    view.forget()
    assert (shown(view) == 0).all()
    assert pixels(view).std() > 5, "names and colour bar are still there"
    show_sigma(view, [1.0] * 60)
    assert (shown(view)[:, -30:] > 0).all()
