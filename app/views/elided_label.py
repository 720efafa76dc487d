# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of text that ends in "…" where it has no room, and then shows all of it as its tip."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy


class ElidedLabel(QLabel):
    """A quiet label that gives way to what stands beside it, down to `least` pixels.

    where: the part of a text that is left out.
    """

    def __init__(self, least: int, where: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._least, self._where = least, where
        self.setObjectName("muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the least of a text that is of use."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self._least), hint.height())

    @property
    def shown(self) -> str:
        """What there is room for."""
        return self.fontMetrics().elidedText(self.text(), self._where, self.width())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw what there is room for."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.shown)
        painter.end()
