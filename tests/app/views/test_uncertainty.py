from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor

from app import theme
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


def shown(view: UncertaintyView, side: str = "right") -> np.ndarray:
    return np.asarray(view.map._images[side].image)


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


def show_two_hands(view: UncertaintyView) -> None:
    unsure, sure = sample_hand(sigma=1.0), sample_hand((500, 400), handedness="left", sigma=0.4, track_id=2)
    for index in range(60):
        view.show_result(sample_result((unsure, sure), index=index))
    view.redraw()


def test_both_hands_stand_side_by_side(view):
    show_sigma(view, [1.0] * 10)
    assert view.map.shown == ("right",)
    alone = view.map._images["right"].mapRectToView(view.map._images["right"].boundingRect())
    show_two_hands(view)
    assert view.map.shown == ("left", "right")
    assert float(shown(view, "right")[8, -1]) * view.map.top / 254 == pytest.approx(9, abs=0.2)
    assert float(shown(view, "left")[8, -1]) * view.map.top / 254 == pytest.approx(0.4 * 9, abs=0.2)
    left, right = (
        view.map._images[side].mapRectToView(view.map._images[side].boundingRect()) for side in view.map.shown
    )
    assert left.right() < right.left()
    assert right.width() == pytest.approx(alone.width())
    names = [name for _, name in view.map._plot.getAxis("bottom")._tickLevels[0]]
    assert names.count("now") == 2


def test_choosing_a_hand_forgets_nothing(view):
    show_two_hands(view)
    before = shown(view, "right").copy()
    for row, expected in ((2, ("left",)), (1, ("right",)), (0, ("left", "right"))):
        view._hand.setCurrentIndex(row)
        assert view.map.shown == expected
    assert (shown(view, "left")[:, -40:] > 0).all()
    np.testing.assert_array_equal(shown(view, "right"), before)


def test_a_click_in_either_map_goes_to_its_moment(view, qtbot):
    show_two_hands(view)
    plot = view.map._plot.getViewBox()

    def click(side: str, seconds: float) -> float:
        x = view.map._images[side].mapRectToView(view.map._images[side].boundingRect()).right() - seconds
        point = view.map.mapFromScene(plot.mapViewToScene(QPointF(x, 10)))
        with qtbot.waitSignal(view.map.moment_asked) as asked:
            qtbot.mouseClick(view.map.viewport(), Qt.MouseButton.LeftButton, pos=point)
        return asked.args[0]

    now = 59 / 30
    assert click("left", 1.0) == pytest.approx(now - 1.0, abs=0.1)
    assert click("right", 1.0) == pytest.approx(now - 1.0, abs=0.1)


def test_both_maps_have_a_cursor_once_it_went_back(view):
    show_two_hands(view)
    (timed,) = view.map._timed
    assert not any(line.isVisible() for line in timed.lines)
    hands = sample_hand(), sample_hand((500, 400), handedness="left", track_id=2)
    view.show_result(sample_result(hands, index=30))
    view.map.show_cursors()
    left, right = timed.lines
    assert left.value() == pytest.approx(-29 / 30, abs=1e-3)
    assert right.value() == pytest.approx(left.value() + 10.6, abs=1e-3)


def test_of_two_hands_of_a_side_the_one_known_longer_is_shown(view):
    unsure, sure = sample_hand(sigma=1.0, track_id=4), sample_hand((500, 400), sigma=0.4, track_id=3)
    for index in range(10):
        view.show_result(sample_result((unsure, sure), index=index))
    view.redraw()
    assert float(shown(view)[8, -1]) * view.map.top / 254 == pytest.approx(0.4 * 9, abs=0.2)


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
    view.resize(640, 150)
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


def test_names_of_hands_and_gaps_follow_the_theme(view, qapp):
    show_two_hands(view)
    theme.apply_theme(qapp, "light")
    assert view.map._labels["left"].color.name() == theme.HAND_COLOURS["left"]
    panel = QColor(theme.BACKGROUND)
    assert view.map._images["left"].lut[0].tolist() == [panel.red(), panel.green(), panel.blue()]
