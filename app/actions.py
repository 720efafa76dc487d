# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of menus: with keys, with a tick for what is on, and with the reason why they cannot be used."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QAbstractButton, QMenu, QWidget

Keys = str | list[str] | QKeySequence.StandardKey | None
"""One key, several, a standard one, or none."""


def add_action(window: QWidget, menu: QMenu, text: str, keys: Keys, work: Callable[[], object]) -> QAction:
    """An entry of a menu whose keys work everywhere in the window."""
    action = QAction(text, window)
    if keys is not None:
        action.setShortcuts([QKeySequence(key) for key in (keys if isinstance(keys, list) else [keys])])
    action.triggered.connect(lambda: work())
    menu.addAction(action)
    menu.setToolTipsVisible(True)
    window.addAction(action)
    return action


def add_switch(
    window: QWidget, menu: QMenu, text: str, keys: Keys, work: Callable[[], object], on: bool
) -> QAction:
    """An entry with a tick, which is there at first if `on`; each use turns it over and does the work."""
    action = add_action(window, menu, text, keys, work)
    action.setCheckable(True)
    action.setChecked(on)
    return action


def add_button(window: QWidget, menu: QMenu, text: str, keys: Keys, button: QAbstractButton) -> QAction:
    """An entry that presses a button, and always has its tick, may be used when it may, and says why not."""
    action = add_action(window, menu, text, keys, button.click)
    action.setCheckable(button.isCheckable())
    _Follower(action, button)
    return action


def say_why_not(action: QAction, reason: str) -> None:
    """While the entry cannot be used, its tip is the reason."""

    def show() -> None:
        tip = "" if action.isEnabled() else reason
        action.setToolTip(tip or action.text())
        action.setStatusTip(tip)

    action.enabledChanged.connect(show)
    show()


class _Follower(QObject):
    """Keeps an entry as its button is."""

    def __init__(self, action: QAction, button: QAbstractButton) -> None:
        super().__init__(action)
        self._action, self._button = action, button
        button.installEventFilter(self)
        button.toggled.connect(self._follow)
        # What is used by its own menu turns its own tick over first.
        action.triggered.connect(self._follow)
        self._follow()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Notice that the button may be used, or no more, or says something else of itself."""
        kinds = (QEvent.Type.EnabledChange, QEvent.Type.ToolTipChange)
        if watched is self._button and event is not None and event.type() in kinds:
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        self._action.setChecked(self._button.isChecked())
        self._action.setEnabled(self._button.isEnabled())
        self._action.setToolTip(self._button.toolTip())
