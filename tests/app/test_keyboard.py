"""The keyboard: who gets a key, what is ticked, and what says why it cannot be used."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QMenu, QWidget

from app.help import shortcut_groups, show_shortcuts
from app.model.source_state import SourceState
from app.values import Phase
from app.window import MainWindow


@pytest.fixture
def window(idle_window: MainWindow) -> MainWindow:
    return idle_window


def menus(window: MainWindow) -> dict[str, QMenu]:
    bar = window.menuBar()
    assert bar is not None
    found = {action.text().replace("&", ""): action.menu() for action in bar.actions()}
    return {title: menu for title, menu in found.items() if menu is not None}


def entry(window: MainWindow, text: str) -> QAction:
    (found,) = [
        action for menu in menus(window).values() for action in menu.actions() if action.text() == text
    ]
    return found


def press(qtbot, key: Qt.Key) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key)


def test_nothing_has_the_keyboard_at_first(window):
    assert QApplication.focusWidget() is window


def test_space_presses_the_button_that_has_the_keyboard(window, qtbot, monkeypatch):
    started: list[bool] = []
    monkeypatch.setattr(window.bridge.player, "play_or_pause", lambda: started.append(True))
    monkeypatch.setattr(window, "start_or_stop", lambda: started.append(True))
    smoothing = window.controls.smoothing
    smoothing.setFocus()
    before = smoothing.isChecked()
    press(qtbot, Qt.Key.Key_Space)
    assert smoothing.isChecked() is not before
    assert not started
    smoothing.clearFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert started, "elsewhere it is the window's"


def test_arrows_move_the_slider_that_has_the_keyboard_by_its_own_step(window, qtbot):
    controls = window.controls
    controls.gate.slider.setFocus()
    press(qtbot, Qt.Key.Key_Right)
    assert controls.gate.threshold == pytest.approx(0.51)
    controls.gate.slider.clearFocus()
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert controls.gate.threshold == pytest.approx(0.56)
    controls.hands_button(2).setFocus()
    press(qtbot, Qt.Key.Key_Right)
    assert controls.hands.checkedId() == 3, "of numbers of which one is chosen"
    assert controls.gate.threshold == pytest.approx(0.56)


def test_a_click_leaves_the_keyboard_to_the_window(window, qtbot):
    qtbot.mouseClick(window.controls.smoothing, Qt.MouseButton.LeftButton)
    demo = next(button for button in window.start_page._openers if button.text() == "Demo hand")
    with qtbot.waitSignal(window.start_page.source_chosen):
        qtbot.mouseClick(demo, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() in (window, None)


def test_the_page_that_goes_gives_the_keyboard_to_the_window(window, qtbot):
    window.start_page._openers[0].setFocus()
    press(qtbot, Qt.Key.Key_Space)
    assert window.bridge.phase is Phase.OPENING
    assert not isinstance(QApplication.focusWidget(), type(window.controls.start_stop))
    assert QApplication.focusWidget() in (window, None)


def test_tab_goes_through_the_window_from_top_to_bottom(window):
    def chain() -> list[QWidget]:
        found, at = [], window.nextInFocusChain()
        while at is not None and at is not window:
            if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisible():
                found.append(at)
            at = at.nextInFocusChain()
        return found

    window.start_page.show_cameras([])
    names = [getattr(control, "text", lambda: "")() for control in chain()]
    first = names.index("Demo hand")
    assert names[first : first + 4] == ["Demo hand", "Open file…", "Open folder…", "Open session…"]
    controls = window.controls
    expected = [controls.source, controls.gate.slider, controls.smoothing, controls.mirror]
    at = [chain().index(control) for control in expected]
    assert at == sorted(at)


def test_what_is_on_has_a_tick_in_its_menu(window, qtbot):
    controls = window.controls
    for text, button in (
        ("Smoothing", controls.smoothing),
        ("Mirror", controls.mirror),
        ("At most 3 hands", controls.hands_button(3)),
    ):
        action = entry(window, text)
        assert action.isChecked() is button.isChecked()
        button.click()
        assert action.isChecked() is button.isChecked()
        action.trigger()
        assert action.isChecked() is button.isChecked()
    assert entry(window, "At most 3 hands").isChecked(), "chosen twice it stays chosen"
    assert not entry(window, "At most 2 hands").isChecked()


def test_escape_leaves_full_screen(window, qtbot):
    action = entry(window, "Full screen")
    assert not action.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: window.isFullScreen() and action.isChecked())
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen() and not action.isChecked())
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()


def test_what_cannot_be_used_says_why(window):
    for text, words in (
        ("Start or stop", "chosen"),
        ("Record", "while a source runs"),
        ("Next picture of a folder", "folder of images"),
        ("True hand, where it is known", "known"),
        ("True error beside σ", "known"),
    ):
        action = entry(window, text)
        assert not action.isEnabled(), text
        assert words in action.toolTip(), text
    window.controls.show_state(SourceState(Phase.RUNNING, "clip.mp4"))
    assert entry(window, "Record").isEnabled()
    assert "session folder" in entry(window, "Record").toolTip()
    window.layout_of_docks.show_truth_known(True)
    assert entry(window, "True hand, where it is known").isEnabled()
    assert all(menu.toolTipsVisible() for menu in menus(window).values())


def test_what_cannot_be_done_with_what_is_open_says_why(window, qtbot, plain_clip):
    for words in ("One frame on", "Mark this moment", "Faster", "Next picture of a folder", "Next mark"):
        assert not entry(window, words).isEnabled()
        assert entry(window, words).toolTip().startswith("Only while a ")
    again = entry(window, "Track the session again")
    assert (again.isEnabled(), again.toolTip()) == (False, "Only while a recorded session is open")
    window.open_source(plain_clip)
    qtbot.waitUntil(lambda: window.bridge.player.state is not None, timeout=60_000)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=60_000)
    for words in ("One frame on", "Mark this moment", "Faster", "Next mark"):
        assert entry(window, words).isEnabled()
        assert entry(window, words).toolTip() == words
    assert not entry(window, "Next picture of a folder").isEnabled()
    assert not again.isEnabled()
    window.bridge.stop()
    qtbot.waitUntil(lambda: not entry(window, "Faster").isEnabled(), timeout=60_000)


def test_every_shortcut_is_listed_once_in_its_group(window, qtbot):
    groups = dict(shortcut_groups(window.menuBar()))
    assert list(groups) == ["Source", "Playback", "Tracking", "View", "Help", "Everywhere"]
    rows = [row for group in list(groups)[:-1] for row in groups[group]]
    keys = [key for joined, _ in rows for key in joined.split(" or ")]
    assert len(keys) == len(set(keys)) >= 20
    meanings = {meaning: key for key, meaning in rows}
    assert meanings["Play or pause"] == "Space"
    assert meanings["Record"] == "R"
    assert meanings["Mirror"] == "F"
    assert meanings["Smoothing"] == "Shift+S"
    assert meanings["Raise gate threshold"] == "Right or ]"
    listed = {action for menu in menus(window).values() for action in menu.actions()}
    assert {action.text() for action in window.actions() if action not in listed} == {"Leave full screen"}
    dialog = show_shortcuts(window, window.menuBar())
    assert dialog.sizeHint().width() <= 1024
    assert dialog.sizeHint().height() <= 700
    assert dialog.sizeHint().height() < 700
    dialog.close()
