# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture in which a person clicks the two ends of a bank card's long edge."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QPointF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.model.calibration import PALM_LIMITS_MM
from app.model.card import CARD_LENGTH_MM, CardError, MeasuredPalm, hand_beside_card, palm_beside_card
from app.views.picture_map import PictureMap
from app.views.video import VideoView
from handtrack.geometry import Intrinsics
from handtrack.hand import FrameResult

_HELP = QT_TRANSLATE_NOOP(
    "CardDialog",
    "Click the two ends of the long edge of a bank card ({length:.2f} mm) that is held flat beside"
    " the palm, at the height of the knuckles. A card that is 1 cm farther away than the hand, such"
    " as on the table below it, makes the palm 2 to 3 % too long (at 40 cm).",
)
_ARM = 9
"""Pixels of each arm of the cross at a corner."""


class CardDialog(QDialog):
    """Shows one frame with one hand; `measured` is the palm once two ends were clicked."""

    taken = pyqtSignal(float)
    """The palm's length, millimetres, when a person takes it."""

    def __init__(self, result: FrameResult, camera: Intrinsics, parent: QWidget | None = None) -> None:
        """Raises CardError where the frame has not one hand that faces the camera."""
        hand = hand_beside_card(result)  # before there is a dialog
        super().__init__(parent)
        self._hand, self._camera = hand, camera
        self.measured: MeasuredPalm | None = None
        self.setWindowTitle(self.tr("Measure beside a bank card"))
        self.picture = CardPicture(result)
        self.picture.marked.connect(self._measure)
        self.words = QLabel()
        self.words.setWordWrap(True)
        words = QLabel(self.tr(_HELP).format(length=CARD_LENGTH_MM))
        words.setObjectName("muted")
        words.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take = QPushButton(self.tr("Take this length"))
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(10)
        layout.addWidget(words)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.words)
        layout.addWidget(buttons)
        self.resize(760, 640)
        self._measure()

    def _accept(self) -> None:
        if self.measured is not None:
            self.taken.emit(self.measured.millimetres)
        self.accept()

    def _measure(self) -> None:
        ends, self.measured = self.picture.ends, None
        if len(ends) < 2:
            self.words.setText(
                self.tr("Click the first end.") if not ends else self.tr("Click the other end.")
            )
        else:
            try:
                palm = palm_beside_card(self._hand, np.array(ends), self._camera)
            except CardError as error:
                self.words.setText(f"{error}.")
            else:
                low, high = PALM_LIMITS_MM
                said = self.tr("The palm is {length:.1f} ± {sigma:.1f} mm long.")
                said = said.format(length=palm.millimetres, sigma=palm.sigma)
                if low <= palm.millimetres <= high:
                    self.measured = palm
                else:
                    no_hand = self.tr(
                        "That is no hand's ({low:.0f} to {high:.0f} mm): click the card's ends again."
                    )
                    said += " " + no_hand.format(low=low, high=high)
                self.words.setText(said)
        self.take.setEnabled(self.measured is not None)


class CardPicture(VideoView):
    """A frame with its hand, and crosses where it was clicked; a third click moves the nearer cross."""

    marked = pyqtSignal()

    def __init__(self, result: FrameResult) -> None:
        super().__init__()
        self.ends: list[tuple[float, float]] = []
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.show_result(result)
        self._size = result.frame.size

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(700, 480)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Put a cross there."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        place = self._map()
        x = (event.position().x() - place.left) / place.scale - 0.5
        y = (event.position().y() - place.top) / place.scale - 0.5
        if not (0 <= x < self._size[0] and 0 <= y < self._size[1]):
            return
        if len(self.ends) == 2:
            self.ends.remove(min(self.ends, key=lambda end: (end[0] - x) ** 2 + (end[1] - y) ** 2))
        self.ends.append((x, y))
        self.update()
        self.marked.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the frame, and the crosses on it."""
        super().paintEvent(event)
        if not self.ends:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [QPointF(*point) for point in self._map().to_view(np.array(self.ends)).tolist()]
        for colour, width in ((QColor(0, 0, 0, 160), 4), (QColor(theme.SCENE.text), 1.5)):
            painter.setPen(QPen(colour, width))
            for point in points:
                for arm in (QPointF(_ARM, 0), QPointF(0, _ARM)):
                    painter.drawLine(point - arm, point + arm)
            if len(points) == 2:
                painter.drawLine(*points)
        painter.end()

    def _map(self) -> PictureMap:
        return PictureMap.fit(self._size, (self.width(), self.height()), False)
