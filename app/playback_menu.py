# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of time: play, step, go to moments, loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu

if TYPE_CHECKING:
    from app.window import MainWindow

_ARROWS = ("Right", "Left")


def fill_playback_menu(window: MainWindow, menu: QMenu) -> list[QAction]:
    """Add what can be done with the time of a source; gives the two actions that leaf through stills."""
    player, bar = window.bridge.player, window.transport
    _add(window, menu, "Play or pause", ["Space"], window.play_or_pause)
    _add(window, menu, "One frame on", ["."], lambda: player.step(1))
    _add(window, menu, "One frame back", [","], lambda: player.step(-1))
    leafing = [
        _add(window, menu, "Next picture of a folder", ["PgDown", _ARROWS[0]], lambda: player.step(1)),
        _add(window, menu, "Picture before", ["PgUp", _ARROWS[1]], lambda: player.step(-1)),
    ]
    menu.addSeparator()
    _add(window, menu, "To the beginning", ["Ctrl+Home"], lambda: window.go_to_edge(False))
    _add(window, menu, "To the end", ["Ctrl+End"], lambda: window.go_to_edge(True))
    _add(window, menu, "Next moment of large σ", ["N"], lambda: bar.go_to_unsure())
    _add(window, menu, "Moment of large σ before", ["Shift+N"], lambda: bar.go_to_unsure(backwards=True))
    menu.addSeparator()
    _add(window, menu, "Mark this moment", ["M"], window.mark)
    _add(window, menu, "Next mark", ["Ctrl+Right"], lambda: bar.go_to_mark())
    _add(window, menu, "Mark before", ["Ctrl+Left"], lambda: bar.go_to_mark(backwards=True))
    menu.addSeparator()
    _add(window, menu, "Play again and again", ["Ctrl+L"], bar.toggle_loop)
    _add(window, menu, "Begin, end or leave the looped part", ["B"], bar.set_part_edge)
    _add(window, menu, "Slower", ["Ctrl+Down"], lambda: bar.change_speed(-1))
    _add(window, menu, "Faster", ["Ctrl+Up"], lambda: bar.change_speed(1))
    for action in leafing:
        action.setEnabled(False)
    return leafing


def _add(window: MainWindow, menu: QMenu, text: str, keys: list[str], work: Callable[[], object]) -> QAction:
    action = QAction(text, window)
    action.setShortcuts([QKeySequence(key) for key in keys])
    action.triggered.connect(lambda: work())
    menu.addAction(action)
    window.addAction(action)
    return action
