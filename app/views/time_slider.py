# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of time to click and drag in, with how unsure the estimator was along it."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PyQt6.QtWidgets import QWidget

from app import theme
from app.model.deck import DeckState
from app.model.timeline import Timeline

_MARGIN = 8
_STRIP = 5
"""Pixels of height of the strip of sureness."""
_BIN = 3
"""Pixels of the time that is drawn in one shade."""
_SURE, _UNSURE = 0.01, 0.06
"""Sigma over the hand's size that is drawn darkest, and brightest."""
_KEY_SHARE = 0.05


class TimeSlider(QWidget):
    """Shows the cursor in the time of a source; emits the moments that a person goes to."""

    moment_asked = pyqtSignal(float)
    own_keys = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End})
    """That it needs while it has the keyboard, before the window's shortcuts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(20)
        self.setAccessibleName("time")
        self._state: DeckState | None = None
        self._strip: np.ndarray | None = None
        self._pixels: tuple[tuple[str, int], QPixmap] | None = None
        self._strip_of: tuple[float, float] = (0.0, 0.0)
        self._marks: list[float] = []
        self._part_begin: float | None = None
        self._dragged: float | None = None

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(400, 20)

    def show_state(self, state: DeckState) -> None:
        """Show where the source stands."""
        if state != self._state:
            if state.part is not None:
                self._part_begin = None
            self._state = state
            self.update()

    def show_timeline(self, timeline: Timeline) -> None:
        """Show how unsure the estimator was, and the marks."""
        state = self._state
        if state is None or state.kind == "stills":
            self._strip, self._marks = None, []
        else:
            bins = max((self.width() - 2 * _MARGIN) // _BIN, 1)
            self._strip = timeline.strip(state.begin, state.end, bins)
            self._strip_of = (state.begin, state.end)
            self._marks = list(timeline.marks)
        self._pixels = None
        self.update()

    def show_part(self, begin: float, end: float | None) -> None:
        """Show where a part begins while its end is still to be chosen."""
        self._part_begin = begin if end is None else None
        self.update()

    def place_of(self, moment: float) -> float:
        """Where a moment stands, pixels from the left."""
        state = self._state
        if state is None or state.end <= state.begin:
            return float(_MARGIN)
        share = (moment - state.begin) / (state.end - state.begin)
        return _MARGIN + min(max(share, 0.0), 1.0) * (self.width() - 2 * _MARGIN)

    def moment_at(self, x: float) -> float:
        """The moment at so many pixels from the left."""
        state = self._state
        if state is None:
            return 0.0
        share = min(max((x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1), 0.0), 1.0)
        return state.begin + share * (state.end - state.begin)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go there."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go along with the mouse."""
        if event is not None and self._dragged is not None:
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Stay."""
        self._dragged = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Arrows go on by a twentieth of the time, Home and End to its ends."""
        state = self._state
        if event is None or state is None:
            return
        step = max((state.end - state.begin) * _KEY_SHARE, state.frame)
        wanted = {
            Qt.Key.Key_Left: state.position - step,
            Qt.Key.Key_Right: state.position + step,
            Qt.Key.Key_Home: state.begin,
            Qt.Key.Key_End: state.end,
        }.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.moment_asked.emit(min(max(wanted, state.begin), state.end))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the line, what is known of it, and the cursor."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = self._state
        if state is None:
            return
        middle, width = self.height() / 2, self.width() - 2 * _MARGIN
        groove = QRectF(_MARGIN, middle - 2, width, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.BORDER))
        painter.drawRoundedRect(groove, 2, 2)
        cursor = self.place_of(state.position if self._dragged is None else self._dragged)
        painter.setBrush(QColor(theme.ACCENT))
        painter.drawRoundedRect(QRectF(_MARGIN, middle - 2, cursor - _MARGIN, 4), 2, 2)
        self._draw_strip(painter, middle - 3 - _STRIP)
        self._draw_part(painter, state, middle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.TEXT))
        for mark in self._marks:
            at = self.place_of(mark)
            triangle = [QPointF(at - 4, middle + 9), QPointF(at + 4, middle + 9), QPointF(at, middle + 3)]
            painter.drawPolygon(QPolygonF(triangle))
        painter.drawEllipse(QPointF(cursor, middle), 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.ACCENT), 1.5))
            painter.drawEllipse(QPointF(cursor, middle), 8.5, 8.5)

    def _draw_strip(self, painter: QPainter, top: float) -> None:
        if self._strip is None or self._strip_of[1] <= self._strip_of[0]:
            return
        look = (theme.UNSURE, self.width())
        if self._pixels is None or self._pixels[0] != look:
            self._pixels = look, _strip_picture(self._strip)
        # A camera's time moves on, and what is known of it with it.
        first, last = (self.place_of(moment) for moment in self._strip_of)
        painter.drawPixmap(
            QRectF(first, top, last - first, _STRIP), self._pixels[1], QRectF(self._pixels[1].rect())
        )

    def _draw_part(self, painter: QPainter, state: DeckState, middle: float) -> None:
        edges = list(state.part or ()) or ([] if self._part_begin is None else [self._part_begin])
        if not edges:
            return
        colour = QColor(theme.TEXT)
        painter.setPen(QPen(colour, 2))
        for edge in edges:
            at = self.place_of(edge)
            painter.drawLine(QPointF(at, middle - 7), QPointF(at, middle + 7))
        if len(edges) == 2:
            colour.setAlpha(50)
            first, second = (self.place_of(edge) for edge in edges)
            painter.fillRect(QRectF(first, middle - 5, second - first, 10), colour)

    def _drag_to(self, x: float) -> None:
        self._dragged = self.moment_at(x)
        self.update()
        self.moment_asked.emit(self._dragged)


def _strip_picture(strip: np.ndarray) -> QPixmap:
    """How unsure the estimator was, one column for each part of the time."""
    picture = QPixmap(len(strip), 1)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    unsure = QColor(theme.UNSURE)
    for column in np.flatnonzero(np.isfinite(strip)).tolist():
        share = (strip[column] - _SURE) / (_UNSURE - _SURE)
        unsure.setAlphaF(float(min(max(share, 0.06), 1.0)))
        painter.fillRect(column, 0, 1, 1, unsure)
    painter.end()
    return picture
