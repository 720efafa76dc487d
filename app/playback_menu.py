# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of time: play, step, go to moments, loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu

from app.actions import add_action, say_why_not
from app.words import translate

if TYPE_CHECKING:
    from app.window import MainWindow

_ARROWS = ("Right", "Left")


def fill_playback_menu(window: MainWindow, menu: QMenu) -> list[QAction]:
    """Add what can be done with the time of a source; gives the two actions that leaf through stills."""
    player, bar = window.bridge.player, window.transport
    add_action(window, menu, translate("Menus", "Play or pause"), "Space", window.play_or_pause)
    add_action(window, menu, translate("Menus", "One frame on"), ".", lambda: player.step(1))
    add_action(window, menu, translate("Menus", "One frame back"), ",", lambda: player.step(-1))
    leafing = [
        add_action(
            window,
            menu,
            translate("Menus", "Next picture of a folder"),
            ["PgDown", _ARROWS[0]],
            lambda: player.step(1),
        ),
        add_action(
            window, menu, translate("Menus", "Picture before"), ["PgUp", _ARROWS[1]], lambda: player.step(-1)
        ),
    ]
    menu.addSeparator()
    add_action(
        window, menu, translate("Menus", "To the beginning"), "Ctrl+Home", lambda: window.go_to_edge(False)
    )
    add_action(window, menu, translate("Menus", "To the end"), "Ctrl+End", lambda: window.go_to_edge(True))
    add_action(window, menu, translate("Menus", "Next moment of large σ"), "N", lambda: bar.go_to_unsure())
    add_action(
        window,
        menu,
        translate("Menus", "Moment of large σ before"),
        "Shift+N",
        lambda: bar.go_to_unsure(backwards=True),
    )
    menu.addSeparator()
    add_action(window, menu, translate("Menus", "Mark this moment"), "M", window.mark)
    add_action(window, menu, translate("Menus", "Next mark"), "Ctrl+Right", lambda: bar.go_to_mark())
    add_action(
        window, menu, translate("Menus", "Mark before"), "Ctrl+Left", lambda: bar.go_to_mark(backwards=True)
    )
    menu.addSeparator()
    add_action(window, menu, translate("Menus", "Play again and again"), "Ctrl+L", bar.toggle_loop)
    add_action(
        window, menu, translate("Menus", "Begin, end or leave the looped part"), "B", bar.set_part_edge
    )
    add_action(window, menu, translate("Menus", "Slower"), "Ctrl+Down", lambda: bar.change_speed(-1))
    add_action(window, menu, translate("Menus", "Faster"), "Ctrl+Up", lambda: bar.change_speed(1))
    for action in leafing:
        action.setEnabled(False)
        say_why_not(action, translate("Menus", "Only while a folder of images is open"))
    return leafing
