# SPDX-License-Identifier: GPL-3.0-or-later
"""The live picture with each hand's skeleton and uncertainty on the frame that it came from."""

from __future__ import annotations

import time

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QProgressBar, QWidget

from app import theme
from app.comparing import Compared
from app.model.source_state import Message
from app.true_error import references
from app.views.banner import Banner
from app.views.hand_overlay import MEDIAPIPE, RAW, draw_hands, draw_labels, draw_thin_hand
from app.views.picture_map import PictureMap
from app.views.picture_scaling import shown_picture
from handtrack.hand import Frame, FrameResult

_EMPTY_BACKGROUND = QColor("#0c0e12")


_WAITING_SIZE = QSize(160, 4)

_SMALLEST, _LARGEST = 640, 1920
"""Pixels of the longer side of a picture that is saved: words and lines have one size."""


class VideoView(QWidget):
    """Shows the newest frame as large as it fits, with its hands drawn over it."""

    drawn = pyqtSignal(float, float)
    """Emitted once for each new frame: its capture time and the time it was drawn, monotonic seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(320, 120)
        self._result: FrameResult | None = None
        self._scaled: tuple[tuple[object, ...], QImage] | None = None
        self._message: Message | None = None
        self.waiting = QProgressBar(self)
        self.waiting.setRange(0, 0)
        self.waiting.setTextVisible(False)
        self.waiting.setFixedSize(_WAITING_SIZE)
        self.waiting.hide()
        self._mirrored = False
        self._truth_shown = True
        self._raw_shown = False
        self._compared: Compared | None = None
        self._announced = True
        self.banner = Banner(self)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(860, 484)

    def show_result(self, result: FrameResult) -> None:
        """Show a frame with its hands."""
        self._result, self._scaled = result, None
        self._message = None
        self.waiting.hide()
        self._announced = False
        self.update()

    @property
    def result(self) -> FrameResult | None:
        """What is shown; None while there is no picture."""
        return self._result

    def picture(self) -> QImage:
        """The picture with what is drawn on it, as it is shown, in the frame's own size within limits."""
        if self._result is None:
            return QImage()
        frame, shown = self._result.frame.size, self.size()
        scale = min(max(_SMALLEST / max(frame), 1.0), _LARGEST / max(frame))
        # Without its children: messages and the start page are no part of it.
        self.resize(round(frame[0] * scale), round(frame[1] * scale))
        fit = PictureMap.fit(frame, (self.width(), self.height()), self._mirrored)
        picture = QImage(self.size(), QImage.Format.Format_RGB888)
        self.render(picture, flags=QWidget.RenderFlag.DrawWindowBackground)
        self.resize(shown)
        return picture.copy(QRectF(fit.left, fit.top, fit.width, fit.height).toRect())

    def show_message(self, message: Message) -> None:
        """Show a line of text, and a quieter one below it, alone or over the last picture dimmed."""
        if not message.keeps_picture:
            self._result = self._scaled = None
        self._message = message
        self.waiting.setVisible(message.waits)
        self.update()

    def set_mirrored(self, mirrored: bool) -> None:
        """Show the picture as in a mirror; words stay readable."""
        self._mirrored = mirrored
        self.update()

    def show_truth(self, shown: bool) -> None:
        """Whether to draw the true hands of sources that know them."""
        self._truth_shown = shown
        self.update()

    def show_raw(self, shown: bool) -> None:
        """Whether to draw the joints as they were before they were smoothed, too."""
        self._raw_shown = shown
        self.update()

    def show_compared(self, compared: Compared | None) -> None:
        """Show what MediaPipe found, on the very frame that it found it in, and how long it took last.

        None: nothing is compared any more.
        """
        self._compared = compared
        self.update()

    @property
    def key(self) -> list[str]:
        """What the thin lines are, and what else is said in the lower left corner, from below."""
        return [] if self._result is None else [words for words, _ in self._key_rows(self._result)]

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the picture, the hands and the words."""
        painter = QPainter(self)
        if self._result is not None:
            self._draw_result(painter, self._result)
        else:
            painter.fillRect(self.rect(), _EMPTY_BACKGROUND)
        if self._message is not None:
            self._draw_message(painter, self._message)
        painter.end()
        if not self._announced and self._result is not None:
            self._announced = True
            self.drawn.emit(self._result.frame.timestamp, time.monotonic())

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Keep the banner along the upper edge, and what moves while waiting below the words."""
        self.banner.place()
        middle = self.rect().center()
        self.waiting.move(middle.x() - _WAITING_SIZE.width() // 2, middle.y() + 40)

    def _draw_result(self, painter: QPainter, result: FrameResult) -> None:
        frame = result.frame
        place = PictureMap.fit(frame.size, (self.width(), self.height()), self._mirrored)
        # Whole pixels: a clip between pixels is smoothed too, which makes all drawing several times dearer.
        box = QRectF(place.left, place.top, place.width, place.height).toRect()
        # Only what the picture leaves free: to fill all of it costs a quarter of what the picture does.
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(box)))
        painter.fillRect(self.rect(), _EMPTY_BACKGROUND)
        painter.setClipRect(box)
        painter.drawImage(box, self._picture(frame, box.size()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        truth = references(result) if self._truth_shown else None
        draw_hands(painter, result.hands, place, truth or ())
        if self._raw_shown:
            for hand in result.hands:
                draw_thin_hand(painter, place.to_view(hand.raw_joints_2d), RAW)
        if self._compared is not None and self._compared.frame is frame:
            for joints in self._compared.hands:
                draw_thin_hand(painter, place.to_view(joints), MEDIAPIPE)
        painter.setClipping(False)
        draw_labels(painter, result.hands, place, QRectF(self.rect()))
        for row, (words, colour) in enumerate(self._key_rows(result)):
            self._draw_key(painter, place, row, words, colour)
        if not result.hands and self._message is None:
            ours = frame.truth is not None
            words = self.tr("The hand is being looked for") if ours else self.tr("Show a hand to the camera")
            if frame.still is not None:
                words = self.tr("No hand was found in this picture")
            self._draw_pill(painter, place, words)

    def _picture(self, frame: Frame, size: QSize) -> QImage:
        """The frame's picture in a size of the view, made once, however often it is painted."""
        ratio = self.devicePixelRatioF()
        key = (size.width(), size.height(), ratio, self._mirrored)
        if self._scaled is None or self._scaled[0] != key:
            width, height = max(round(size.width() * ratio), 1), max(round(size.height() * ratio), 1)
            self._scaled = key, shown_picture(frame.image, width, height, self._mirrored)
        return self._scaled[1]

    def _draw_pill(self, painter: QPainter, place: PictureMap, text: str) -> None:
        painter.setFont(theme.font())
        width = painter.fontMetrics().horizontalAdvance(text) + 28
        box = QRectF(place.left + (place.width - width) / 2, place.top + place.height - 46, width, 30)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(12, 14, 18, 190))
        painter.drawRoundedRect(box, 15, 15)
        painter.setPen(QColor(theme.SCENE.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _key_rows(self, result: FrameResult) -> list[tuple[str, QColor]]:
        """What is said in the lower left corner, from below, each with the colour of its lines."""
        rows = []
        if self._truth_shown and references(result):
            if result.frame.truth is not None:
                words = self.tr("white lines: the true hand")
            else:
                words = self.tr("white lines: as it was recorded")
            rows.append((words, QColor(theme.SCENE.text)))
        if self._raw_shown:
            rows.append((self.tr("grey lines: before smoothing"), RAW))
        if self._compared is not None:
            rows.append((self.tr("red lines: MediaPipe"), MEDIAPIPE))
            rows.append((self._compared.words, QColor(theme.SCENE.text)))
        return rows

    def _draw_key(self, painter: QPainter, place: PictureMap, row: int, text: str, colour: QColor) -> None:
        """Say in the lower left corner, so many rows up, what the thin lines are."""
        painter.setFont(theme.font(theme.SMALL_FONT_SIZE))
        width = painter.fontMetrics().horizontalAdvance(text) + 14
        box = QRectF(place.left + 8, place.top + place.height - 28 - 22 * row, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(12, 14, 18, 200))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_message(self, painter: QPainter, message: Message) -> None:
        if self._result is not None:
            painter.fillRect(self.rect(), QColor(12, 14, 18, 150))
        middle = self.height() / 2
        painter.setFont(theme.font(20))
        painter.setPen(QColor(theme.SCENE.text))
        centred = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        upper = QRectF(20, middle - 60, self.width() - 40, 56)
        painter.drawText(upper, centred | Qt.AlignmentFlag.AlignBottom, message.words)
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.SCENE.muted))
        lower = QRectF(20, middle + 8, self.width() - 40, 60)
        painter.drawText(lower, centred | Qt.AlignmentFlag.AlignTop, message.hint)
