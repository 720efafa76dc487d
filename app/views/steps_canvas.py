# SPDX-License-Identifier: GPL-3.0-or-later
"""The loops of one hand, drawn beside each other."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from app import theme
from app.model.refinement import LoopStep
from app.views.step_panel import MOVES_LONGER, PanelPlaces, crop_picture, draw_step
from handtrack.cropping import warp_crop
from handtrack.hand import FrameResult, Hand

_TIP = QT_TRANSLATE_NOOP(
    "StepsCanvas",
    "The crop as the network sees it: upright, a left hand mirrored. Discs: 1 σ; a hollow joint is unsure.\n"
    "White lines: how the loop moved the joints, {times} times as long.\n"
    "The bar: how sure the gate is that the hand is done. The mark across it is the threshold in force,\n"
    "the notches are 0.25, 0.5 and 0.75.",
)


class StepsCanvas(QWidget):
    """Draws what it is told, or words in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(480, 150)
        self.setToolTip(self.tr(_TIP).format(times=MOVES_LONGER))
        self._words = ""
        self._result: FrameResult | None = None
        self._hand: Hand | None = None
        self._first_words = ""
        self._attention_shown = True
        self._pictures: dict[tuple[int, int | None], QImage] = {}
        self.steps: tuple[LoopStep, ...] = ()

    def show_words(self, words: str) -> None:
        """Show words in place of a hand."""
        self._words, self.steps, self._result, self._hand = words, (), None, None
        self.forget_pictures()

    def show_steps(
        self, result: FrameResult, hand: Hand, steps: tuple[LoopStep, ...], first_words: str
    ) -> None:
        """Show a hand's loops. first_words: what is said of the first, which moved nothing that is known."""
        self._words, self._result, self._hand = "", result, hand
        self.steps, self._first_words = steps, first_words
        self.forget_pictures()

    def shows(self, result: FrameResult, hand: Hand) -> bool:
        """Whether this very hand is on show."""
        return self._result is result and self._hand is hand

    def show_attention(self, shown: bool) -> None:
        """Whether to lay the attention over the pictures."""
        self._attention_shown = shown
        self.forget_pictures()

    def forget_pictures(self) -> None:
        """Make all pictures anew."""
        self._pictures.clear()
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the loops, or the words."""
        painter = QPainter(self)
        if self._words:
            painter.setFont(theme.font())
            painter.setPen(QColor(theme.MUTED))
            centred = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(20, 0, -20, 0), centred, self._words)
        elif self._result is not None and self._hand is not None:
            width = (self.width() - 12) / len(self.steps)
            for column, step in enumerate(self.steps):
                places = PanelPlaces.fit(QRectF(6 + column * width, 0, width, self.height()))
                before = self.steps[column - 1].joints if column else None
                picture = self._picture(step, int(places.picture.width()))
                threshold = self._result.gate_threshold
                draw_step(painter, places, step, picture, threshold, before, self._first_words)
        painter.end()

    def _picture(self, step: LoopStep, side: int) -> QImage:
        """The crop as it is shown for a loop, made once for each size."""
        attention = step.attention if self._attention_shown else None
        pixels = max(round(side * self.devicePixelRatioF()), 1)
        key = (pixels, None if attention is None else step.number)
        if key not in self._pictures:
            assert self._result is not None
            assert self._hand is not None
            crop = warp_crop(self._result.frame.image, self._hand.crop, pixels)
            self._pictures[key] = crop_picture(crop, attention, self._levels())
        return self._pictures[key]

    def _levels(self) -> tuple[float, float]:
        """The least and most attention of all loops, so that they can be compared."""
        maps = [step.attention for step in self.steps if step.attention is not None]
        return float(min(map(np.min, maps), default=0.0)), float(max(map(np.max, maps), default=1.0))
