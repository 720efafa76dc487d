# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the picture of a set of stills: which one it is, and the way to the one before and after it."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from handtrack.hand import Still


class StillsBar(QWidget):
    """Shows "3 of 15 · name.jpg" between two buttons; hidden while no still is shown."""

    step_asked = pyqtSignal(int)
    """1 for the next picture, -1 for the one before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.previous = _button("◀", "The picture before (← or Page Up)")
        self.next = _button("▶", "The next picture (→ or Page Down)")
        self.previous.clicked.connect(lambda: self.step_asked.emit(-1))
        self.next.clicked.connect(lambda: self.step_asked.emit(1))
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # A long name must not widen the window.
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.addWidget(self.previous)
        layout.addWidget(self._label, 1)
        layout.addWidget(self.next)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown between the buttons."""
        return self._label.text()

    def show_still(self, still: Still | None) -> None:
        """Show which picture it is; None hides the bar."""
        self.setVisible(still is not None)
        if still is not None:
            self._label.setText(f"{still.number} of {still.count} · {still.name}")
            self._label.setToolTip(still.name)
            self.previous.setEnabled(still.number > 1)
            self.next.setEnabled(still.number < still.count)


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
