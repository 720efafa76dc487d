# SPDX-License-Identifier: GPL-3.0-or-later
"""The values under the mouse, beside it: calm where a tool tip would flicker."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtWidgets import QLabel, QWidget

from app import theme

_APART = 12
"""Pixels between the mouse and the words."""


class ReadOut(QLabel):
    """Lies over a plot and lets the mouse through; every line may be rich text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("readout")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(theme.font(theme.SMALL_FONT_SIZE))
        self.hide()

    def show_lines(self, lines: Sequence[str], beside: QPointF) -> None:
        """Show lines beside a place of the parent; hidden where there are none."""
        if not lines:
            self.hide()
            return
        self.setText("<br>".join(lines))
        self.adjustSize()
        parent = self.parentWidget()
        assert parent is not None
        room, own = parent.rect(), self.rect()
        x, y = round(beside.x()) + _APART, round(beside.y()) - own.height() - 4
        if x + own.width() > room.width():
            x = round(beside.x()) - _APART - own.width()
        self.move(max(x, 0), min(max(y, 0), max(room.height() - own.height(), 0)))
        self.show()
        self.raise_()
