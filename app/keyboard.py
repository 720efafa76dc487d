# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets a key: the control that has the keyboard its own few, and the window's shortcuts all others."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QAction, QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QComboBox, QMainWindow, QWidget

_ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}
_ENDS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_PRESSING = {Qt.Key.Key_Space}


class WindowKeys(QObject):
    """Sees to the keyboard of a main window.

    Space presses the button that has the keyboard, and arrows move the slider that has it; everywhere else
    they are the window's shortcuts. Nothing has the keyboard at first. Escape leaves full screen, and
    `full_screen` has a tick while it lasts.
    """

    def __init__(self, window: QMainWindow, full_screen: QAction) -> None:
        super().__init__(window)
        self._window, self._full_screen = window, full_screen
        # Or Qt would give it to the first control, and Space would press that.
        window.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        window.setFocus()
        self._leave = QAction(self.tr("Leave full screen"), window)
        self._leave.setShortcut(Qt.Key.Key_Escape)
        self._leave.setEnabled(False)
        self._leave.triggered.connect(window.showNormal)
        window.addAction(self._leave)
        window.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Keep a control's own keys from becoming shortcuts; follow full screen."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if isinstance(watched, QWidget) and event.key() in own_keys(watched) and not event.modifiers():
                event.accept()
                return True
        elif watched is self._window and event is not None and event.type() == QEvent.Type.WindowStateChange:
            self._leave.setEnabled(self._window.isFullScreen())
            self._full_screen.setChecked(self._window.isFullScreen())
        return False

    def _watch(self, before: QWidget | None, now: QWidget | None) -> None:
        """Only the control that has the keyboard is watched: a filter of all events would cost more."""
        if before is not None and before is not self._window:
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)


def own_keys(control: QWidget) -> set[Qt.Key]:
    """The keys that a control needs for itself while it has the keyboard."""
    if isinstance(control, QAbstractButton):
        group = control.group()
        return _PRESSING | _ARROWS if group is not None and group.exclusive() else _PRESSING
    if isinstance(control, QComboBox):
        return _PRESSING | _ENDS | {Qt.Key.Key_Up, Qt.Key.Key_Down}
    if isinstance(control, QAbstractSlider):
        return _ARROWS | _ENDS
    return set(getattr(control, "own_keys", ()))
