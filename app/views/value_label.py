# SPDX-License-Identifier: GPL-3.0-or-later
"""A short number that changes often."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from app import theme

NOTHING = "\N{EN DASH}"


class ValueLabel(QWidget):
    """Shows a text in a space of fixed width.

    A QLabel makes the whole window lay itself out anew at each change of its text, which at thirty
    frames a second costs more than a plot.
    """

    def __init__(self, widest: str, font: QFont, align: Qt.AlignmentFlag) -> None:
        super().__init__()
        self._text = NOTHING
        self._align = align | Qt.AlignmentFlag.AlignVCenter
        self._widest = widest
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show a text, which is cut where it is wider than the widest one foreseen."""
        if text != self._text:
            self._text = text
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for the widest text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._widest) + 2, metrics.height())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the text."""
        painter = QPainter(self)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(self.rect(), self._align, self._text)
        painter.end()
