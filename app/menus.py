# SPDX-License-Identifier: GPL-3.0-or-later
"""The menus of the window, and with them its keyboard shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu

from app.help import show_about, show_shortcuts
from app.playback_menu import fill_playback_menu

if TYPE_CHECKING:
    from app.window import MainWindow

THRESHOLD_STEP = 0.05
_DOCK_KEYS = {"steps": "L", "what_if": "W"}


def make_menus(window: MainWindow) -> tuple[list[QAction], list[QAction]]:
    """Give the window its menus.

    Gives the actions that raise and lower the threshold, and those that leaf through stills.
    """
    _make_source_menu(window)
    leafing = fill_playback_menu(window, _menu(window, "&Playback"))
    threshold = _make_tracking_menu(window)
    _make_view_menu(window)
    menu = _menu(window, "&Help")
    _add(window, menu, "Keyboard shortcuts", "F1", lambda: show_shortcuts(window, window.actions()))
    _add(window, menu, "About handtrack", None, lambda: show_about(window))
    return threshold, leafing


def _make_source_menu(window: MainWindow) -> None:
    menu = _menu(window, "&Source")
    _add(window, menu, "Open video or picture…", "Ctrl+O", window.choose_file)
    _add(window, menu, "Open folder of images…", "Ctrl+Shift+O", window.choose_folder)
    _add(window, menu, "Open recorded session…", "Ctrl+Alt+O", window.choose_session)
    _add(window, menu, "Rendered hand", None, window.open_rendered_hand)
    _add(window, menu, "Demo clip", "Ctrl+D", window.open_demo_clip)
    _add(window, menu, "Look for cameras", "F5", window.bridge.find_cameras)
    mirrored = QAction("The source is mirrored (selfie)", window)
    mirrored.setCheckable(True)
    mirrored.setChecked(window.bridge.settings.source.mirrored)
    mirrored.toggled.connect(window.bridge.set_mirrored)
    menu.addAction(mirrored)
    menu.addSeparator()
    _add(window, menu, "Start or stop", "Ctrl+Space", window.start_or_stop)
    _add(window, menu, "Record", "R", window.controls.record.click)
    menu.addSeparator()
    _add(window, menu, "Quit", QKeySequence.StandardKey.Quit, window.close)


def _make_tracking_menu(window: MainWindow) -> list[QAction]:
    menu, controls = _menu(window, "&Tracking"), window.controls
    raised = _add(
        window, menu, "Raise gate threshold", "Right", lambda: controls.step_threshold(THRESHOLD_STEP)
    )
    lowered = _add(
        window, menu, "Lower gate threshold", "Left", lambda: controls.step_threshold(-THRESHOLD_STEP)
    )
    # Among stills the arrows go from one to the next.
    raised.setShortcuts([QKeySequence("Right"), QKeySequence("]")])
    lowered.setShortcuts([QKeySequence("Left"), QKeySequence("[")])
    for count in controls.hand_counts():
        hands = "hand" if count == 1 else "hands"
        _add(window, menu, f"At most {count} {hands}", str(count), controls.hands_button(count).click)
    _add(window, menu, "Smoothing", "S", controls.smoothing.toggle)
    return [raised, lowered]


def _make_view_menu(window: MainWindow) -> None:
    menu = _menu(window, "&View")
    _add(window, menu, "Mirror", "F", window.controls.mirror.toggle)
    _add(window, menu, "True hand, where it is known", "T", window.toggle_truth)
    _add(window, menu, "Reset 3D view", "0", window.skeleton.reset_view)
    _add(window, menu, "Full screen", "F11", window.toggle_full_screen)
    menu.addSeparator()
    for name, dock in window.layout_of_docks.docks.items():
        toggle = dock.toggleViewAction()
        if toggle is not None:
            toggle.setText(dock.windowTitle().capitalize())
            menu.addAction(toggle)
            if name in _DOCK_KEYS:
                toggle.setShortcut(QKeySequence(_DOCK_KEYS[name]))
                window.addAction(toggle)
    _add(window, menu, "Reset layout", None, window.layout_of_docks.reset)


def _menu(window: MainWindow, title: str) -> QMenu:
    bar = window.menuBar()
    assert bar is not None
    menu = bar.addMenu(title)
    assert menu is not None
    return menu


def _add(
    window: MainWindow,
    menu: QMenu,
    text: str,
    keys: str | QKeySequence.StandardKey | None,
    work: Callable[[], object],
) -> QAction:
    action = QAction(text, window)
    if keys is not None:
        action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda: work())
    menu.addAction(action)
    window.addAction(action)
    return action
