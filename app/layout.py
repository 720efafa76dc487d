# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the views stand: space and controls in a column at the right, plots in a row below the picture."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping

from PyQt6.QtCore import QT_TRANSLATE_NOOP, Qt, QTimer
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.words import translate

_TITLES = {
    "skeleton": QT_TRANSLATE_NOOP("Docks", "HANDS IN SPACE"),
    "controls": QT_TRANSLATE_NOOP("Docks", "CONTROLS"),
    "iterations": QT_TRANSLATE_NOOP("Docks", "REFINEMENT LOOPS"),
    "uncertainty": QT_TRANSLATE_NOOP("Docks", "UNCERTAINTY"),
    "true_error": QT_TRANSLATE_NOOP("Docks", "TRUE ERROR BESIDE σ"),
    "steps": QT_TRANSLATE_NOOP("Docks", "REFINEMENT, LOOP BY LOOP"),
    "what_if": QT_TRANSLATE_NOOP("Docks", "WHAT IF"),
    "measures": QT_TRANSLATE_NOOP("Docks", "MEASURES"),
    "log": QT_TRANSLATE_NOOP("Docks", "LOG"),
}
_FROM_RECORDING = QT_TRANSLATE_NOOP("Docks", "DIFFERENCE FROM RECORDING")
_COLUMN, _ROW = ("skeleton", "controls"), ("iterations", "uncertainty", "true_error")
_SHARES = {"iterations": 9, "uncertainty": 11, "true_error": 10}
"""Of the row's width: the joints' names need a little more room."""
_CLOSED = ("steps", "what_if", "measures", "log")
"""Closed at first; once they are opened, below the row and as wide as it, one behind the other."""
_OPENED_SHARES = {"steps": 0.42, "what_if": 0.25, "measures": 0.32, "log": 0.25}
_ROW_SHARE_BELOW = 0.22
"""Of the window's height, of what is opened and of the row above it."""
_BARS_HEIGHT = 60
"""Pixels of the menu bar and the status line together, about."""


class DockLayout:
    """The docks of a main window, which a person may move, float and close, and put back."""

    def __init__(self, window: QMainWindow, views: Mapping[str, QWidget]) -> None:
        self._window = window
        self.docks = {name: _dock(window, name, title, views[name]) for name, title in _TITLES.items()}
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        window.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowNestedDocks)
        for name in _CLOSED:
            toggle = self.docks[name].toggleViewAction()
            if toggle is not None:
                toggle.triggered.connect(functools.partial(self._give_room, name))
                toggle.toggled.connect(self._take_room_back)
        self._later = QTimer(window)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._look_at_heights)
        self.truth_known = False
        # Before the window is shown: docks in one tall column would make it taller than asked.
        self._place()

    def reset(self) -> None:
        """Put every dock where it was at first, at its first size."""
        self._place()
        self.fit()

    def restored(self) -> None:
        """Follow a layout that was given to the window from elsewhere."""
        self._show_or_hide_truth()

    def fit(self) -> None:
        """Give every dock its share of the window."""
        window = self._window
        width = min(max(round(window.width() * 0.28), 290), 460)
        controls = self.docks["controls"].sizeHint().height()
        above = max(window.height() - _BARS_HEIGHT - controls, 200)
        horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        window.resizeDocks([self.docks["skeleton"]], [width], horizontal)
        self._fit_heights()
        window.resizeDocks([self.docks[name] for name in _COLUMN], [above, controls], vertical)
        self._fit_row()

    def show_truth_known(self, known: bool, recorded: bool = False) -> None:
        """Offer the view that compares with true hands, or take it away, as the source knows them or not.

        recorded: what it compares with are the hands of a recording.
        """
        title = _FROM_RECORDING if recorded else _TITLES["true_error"]
        self.docks["true_error"].setWindowTitle(translate("Docks", title))
        if known != self.truth_known:
            self.truth_known = known
            self._show_or_hide_truth()
            self._fit_row()

    def _give_room(self, name: str, opened: bool) -> None:
        """Bring a dock that was opened to the front, and give it its share of the height."""
        dock, window = self.docks[name], self._window
        if opened:
            dock.raise_()
        if opened and not dock.isFloating():
            heights = [round(share * window.height()) for share in (_ROW_SHARE_BELOW, _OPENED_SHARES[name])]
            window.resizeDocks([self.docks["iterations"], dock], heights, Qt.Orientation.Vertical)

    def _take_room_back(self, opened: bool) -> None:
        """Give the picture its height again once none of the views below is open any more."""
        if not opened:
            # Once it is hidden: a menu's entry tells before; and Qt has given the room to the row above.
            self._later.start(0)

    def _look_at_heights(self) -> None:
        if self._window.isVisible() and all(self.docks[name].isHidden() for name in _CLOSED):
            self._fit_heights()

    def _fit_heights(self) -> None:
        height = min(max(round(self._window.height() * 0.34), 200), 380)
        self._window.resizeDocks([self.docks["iterations"]], [height], Qt.Orientation.Vertical)

    def _fit_row(self) -> None:
        row = [name for name in _ROW if not self.docks[name].isHidden()]
        docks, shares = [self.docks[name] for name in row], [_SHARES[name] for name in row]
        self._window.resizeDocks(docks, shares, Qt.Orientation.Horizontal)

    def _show_or_hide_truth(self) -> None:
        dock = self.docks["true_error"]
        dock.setVisible(self.truth_known)
        toggle = dock.toggleViewAction()
        if toggle is not None:
            toggle.setEnabled(self.truth_known)

    def _place(self) -> None:
        window = self._window
        for names, area in (
            (_COLUMN, Qt.DockWidgetArea.RightDockWidgetArea),
            (_ROW, Qt.DockWidgetArea.BottomDockWidgetArea),
        ):
            for name in names:
                dock = self.docks[name]
                dock.setFloating(False)
                window.addDockWidget(area, dock)
                dock.show()
        for names, split in ((_COLUMN, Qt.Orientation.Vertical), (_ROW, Qt.Orientation.Horizontal)):
            for first, second in itertools.pairwise(names):
                window.splitDockWidget(self.docks[first], self.docks[second], split)
        for name in _CLOSED:
            dock = self.docks[name]
            dock.setFloating(False)
            window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock, Qt.Orientation.Vertical)
            dock.hide()
        for first, second in itertools.pairwise(_CLOSED):
            window.tabifyDockWidget(self.docks[first], self.docks[second])
        self._show_or_hide_truth()


def _dock(window: QMainWindow, name: str, title: str, view: QWidget) -> QDockWidget:
    dock = QDockWidget(translate("Docks", title), window)
    dock.setObjectName(name)
    view.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    dock.setWidget(view)
    feature = QDockWidget.DockWidgetFeature
    dock.setFeatures(feature.DockWidgetMovable | feature.DockWidgetFloatable | feature.DockWidgetClosable)
    return dock
