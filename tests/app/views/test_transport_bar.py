"""The bar of time: what each control asks for, and what is shown of a deck."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import QPoint, Qt

from app.model.deck import DeckState
from app.model.timeline import Timeline
from app.views.transport_bar import TransportBar, clock
from tests.app.sample_results import sample_hand, sample_result

FILE = DeckState("file", True, 2.5, 0.0, 10.0, loop=True)


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


@pytest.fixture
def bar(qtbot, timeline) -> TransportBar:
    made = TransportBar(timeline)
    qtbot.addWidget(made)
    made.resize(600, 70)
    made.show()
    made.show_state(FILE)
    return made


def test_without_a_source_there_is_no_bar(qtbot):
    made = TransportBar(Timeline())
    qtbot.addWidget(made)
    made.show_state(None)
    assert made.isHidden()
    made.show_state(FILE)
    assert not made.isHidden()


def test_each_button_asks_for_what_it_says(bar, qtbot):
    for button, signal, args in (
        (bar.play, bar.play_asked, []),
        (bar.back, bar.step_asked, [-1]),
        (bar.forward, bar.step_asked, [1]),
        (bar.loop, bar.loop_asked, [False, None]),
    ):
        with qtbot.waitSignal(signal) as asked:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args == args
    with qtbot.waitSignal(bar.speed_asked) as asked:
        bar.change_speed(1)
    assert asked.args == [2.0]
    with qtbot.waitSignal(bar.speed_asked) as asked:
        bar.change_speed(-99)
    assert asked.args == [0.1]


def test_time_is_shown_for_files_cameras_and_stills(bar):
    assert bar.time.text == "00:02.50 / 00:10.0"
    bar.show_state(DeckState("camera", True, 100.0, 40.0, 100.0))
    assert bar.time.text == "live"
    assert not bar.live.isEnabled()
    assert bar.speed.isHidden()
    bar.show_state(DeckState("camera", False, 97.5, 40.0, 100.0))
    assert bar.time.text == "-2.50 s"
    assert bar.live.isEnabled()
    bar.show_state(DeckState("stills", False, 3, 1, 15, name="a\x1b[1m.jpg"))
    assert bar.time.text == "3 of 15"
    assert "\x1b" not in bar.name
    assert bar.play.isHidden()
    bar.show_state(DeckState("stills", False, 15, 1, 15))
    assert not bar.forward.isEnabled()
    assert bar.back.isEnabled()
    assert (clock(125.26), clock(59.999, 2)) == ("02:05.3", "01:00.00")


def test_a_click_in_the_line_of_time_goes_there(bar, qtbot):
    slider = bar.slider
    with qtbot.waitSignal(bar.moment_asked) as asked:
        qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 10))
    assert asked.args[0] == pytest.approx(5.0, abs=0.05)
    assert slider.place_of(slider.moment_at(123.0)) == pytest.approx(123.0)
    for x, moment in ((-50, 0.0), (5000, 10.0)):
        assert slider.moment_at(x) == moment


def test_the_line_of_time_is_moved_by_keys(bar, qtbot):
    bar.slider.setFocus()
    for key, moment in (
        (Qt.Key.Key_Right, 3.0),
        (Qt.Key.Key_Left, 2.0),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, 10.0),
    ):
        with qtbot.waitSignal(bar.moment_asked) as asked:
            qtbot.keyClick(bar.slider, key)
        assert asked.args == [pytest.approx(moment)]


def test_a_part_is_begun_ended_and_left_by_one_button(bar, qtbot):
    bar.set_part_edge()
    assert bar.part.isChecked()
    bar.show_state(replace(FILE, position=6.0))
    assert bar.part.isChecked(), "its begin is kept while time goes on"
    with qtbot.waitSignal(bar.loop_asked) as asked:
        bar.set_part_edge()
    assert asked.args == [True, (2.5, 6.0)]
    bar.show_state(replace(FILE, part=(2.5, 6.0)))
    assert "00:02.5 to 00:06.0" in bar.part.toolTip()
    with qtbot.waitSignal(bar.loop_asked) as asked:
        bar.set_part_edge()
    assert asked.args == [True, None]


def test_unsure_moments_and_marks_are_gone_to(bar, qtbot, timeline):
    for number in range(100):
        sigma = 9.0 if number == 70 else 1.0
        timeline.note(sample_result((sample_hand(sigma=sigma),), timestamp=number / 10))
    timeline.mark(1.5)
    bar.show_sureness()
    for go, moment in ((bar.go_to_unsure, 7.0), (lambda: bar.go_to_mark(backwards=True), 1.5)):
        with qtbot.waitSignal(bar.moment_asked) as asked:
            go()
        assert asked.args == [pytest.approx(moment)]
    with qtbot.assertNotEmitted(bar.moment_asked):
        bar.go_to_mark()


def test_what_is_unsure_is_seen_along_the_line(bar, timeline, pixels):
    for number in range(100):
        sigma = 12.0 if 60 <= number < 80 else 0.2
        timeline.note(sample_result((sample_hand(sigma=sigma),), timestamp=number / 10))
    bar.show_sureness()
    strip = pixels(bar.slider)[2:7].max(axis=0).astype(int)
    unsure = strip[int(bar.slider.place_of(7.0))]
    sure = strip[int(bar.slider.place_of(3.0))]
    assert unsure[0] - unsure[2] > 100, "amber"
    assert sure[0] - sure[2] < 40
