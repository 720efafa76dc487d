# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of time: play, step, go to moments, loop; each entry while there is something to do it with."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu

from app.actions import Keys, add_action, say_why_not
from app.arrow_keys import ARROWS
from app.model.deck import DeckState
from app.model.source_state import SourceState
from app.values import Phase
from app.window import MainWindow
from app.words import QT_TRANSLATE_NOOP, translate

_ANY, _TIMED, _FILE, _STILLS = ("file", "camera", "stills"), ("file", "camera"), ("file",), ("stills",)
"""Kinds of decks (`DeckState.kind`) that something can be done with."""
_WHY_NOT = {
    _ANY: QT_TRANSLATE_NOOP("Menus", "Only while a source is open"),
    _TIMED: QT_TRANSLATE_NOOP("Menus", "Only while a video, a session or a camera is open"),
    _FILE: QT_TRANSLATE_NOOP("Menus", "Only while a video or a session is open"),
    _STILLS: QT_TRANSLATE_NOOP("Menus", "Only while a folder of images is open"),
}


def fill_playback_menu(window: MainWindow, menu: QMenu) -> list[QAction]:
    """Add what can be done with the time of a source; gives the two actions that leaf through stills."""
    player, bar = window.bridge.player, window.transport
    enabled = _Enabled(window)

    def add(text: str, keys: Keys, kinds: tuple[str, ...], work: Callable[[], object]) -> QAction:
        action = add_action(window, menu, text, keys, work)
        say_why_not(action, translate("Menus", _WHY_NOT[kinds]))
        if kinds is _STILLS:
            action.setEnabled(False)  # ArrowKeys gives them their keys, and takes them
        else:
            enabled.actions.append((action, kinds))
        return action

    # Where nothing is open, it opens the last source.
    add_action(window, menu, translate("Menus", "Play or pause"), "Space", window.play_or_pause)
    add(translate("Menus", "One frame on"), ".", _ANY, lambda: player.step(1))
    add(translate("Menus", "One frame back"), ",", _ANY, lambda: player.step(-1))
    leafing = [
        add(
            translate("Menus", "Next picture of a folder"),
            ["PgDown", ARROWS[0]],
            _STILLS,
            lambda: player.step(1),
        ),
        add(
            translate("Menus", "Picture before"),
            ["PgUp", ARROWS[1]],
            _STILLS,
            lambda: player.step(-1),
        ),
    ]
    menu.addSeparator()
    add(translate("Menus", "To the beginning"), "Ctrl+Home", _ANY, lambda: player.go_to_edge(False))
    add(translate("Menus", "To the end"), "Ctrl+End", _ANY, lambda: player.go_to_edge(True))
    add(translate("Menus", "Next moment of large σ"), "N", _TIMED, lambda: bar.go_to_unsure())
    add(
        translate("Menus", "Moment of large σ before"),
        "Shift+N",
        _TIMED,
        lambda: bar.go_to_unsure(backwards=True),
    )
    menu.addSeparator()
    mark = add_action(window, menu, translate("Menus", "Mark this moment"), "M", window.mark)
    say_why_not(mark, translate("Menus", _WHY_NOT[_ANY]))
    add(translate("Menus", "Next mark"), "Ctrl+Right", _TIMED, lambda: bar.go_to_mark())
    add(translate("Menus", "Mark before"), "Ctrl+Left", _TIMED, lambda: bar.go_to_mark(backwards=True))
    menu.addSeparator()
    add(translate("Menus", "Play again and again"), "Ctrl+L", _FILE, bar.toggle_loop)
    add(translate("Menus", "Begin, end or leave the looped part"), "B", _FILE, bar.set_part_edge)
    add(translate("Menus", "Slower"), "Ctrl+Down", _FILE, lambda: bar.change_speed(-1))
    add(translate("Menus", "Faster"), "Ctrl+Up", _FILE, lambda: bar.change_speed(1))

    enabled.marks.append(mark)
    player.changed.connect(enabled.follow_deck)
    window.bridge.state_changed.connect(enabled.follow_source)
    enabled.follow_deck(player.state)
    enabled.follow_source(window.bridge.state)
    return leafing


class _Enabled(QObject):
    """Lets actions be used while there is something for them; it goes with the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.actions: list[tuple[QAction, tuple[str, ...]]] = []
        self.marks: list[QAction] = []

    def follow_deck(self, state: DeckState | None) -> None:
        """Now there is this deck."""
        for action, kinds in self.actions:
            action.setEnabled(state is not None and state.kind in kinds)

    def follow_source(self, state: SourceState) -> None:
        """Marks are also made in a file that is recorded once through, which has no deck meanwhile."""
        for action in self.marks:
            action.setEnabled(state.phase is Phase.RUNNING)
