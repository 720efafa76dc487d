# SPDX-License-Identifier: GPL-3.0-or-later
"""One loop of the step view: the hand's crop with the estimate, and below or beside it what the loop did."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPen

from app import theme
from app.model.refinement import OTHER_THRESHOLDS, LoopStep, gate_leaves
from app.views.hand_overlay import draw_hand
from app.views.picture_scaling import shown_picture
from app.words import name_of, translate

MOVES_LONGER = 5
"""Times as long as they are the joints' moves are drawn: a loop moves them by a hundredth of the crop."""

_LINE = 17.0
_HEADING = 24.0
_WIDE = 236.0
"""Pixels for all that is said of a move in one line."""
_READABLE = 130.0
"""Pixels of a picture's side for which lines of text are left out."""
TEXT_WIDTH = 152.0
"""Of the text, where it stands beside the picture."""
_GAP = 12.0
_NOT_RUN_OPACITY = 0.7
_GATE_WIDTH, _NUMBERS_WIDTH = 34.0, 76.0
_MOVE = QColor(255, 255, 255)
_PILL, _PILL_WORDS = QColor(12, 14, 18, 200), "#dbe1e8"
"""Over a picture, dark in every theme."""
_ATTENTION_SHARE = 0.62


@dataclass(frozen=True, slots=True)
class PanelPlaces:
    """Where the parts of a loop's panel stand: its picture (a square) and its text, pixels of the view."""

    heading: QRectF
    picture: QRectF
    text: QRectF

    @classmethod
    def fit(cls, box: QRectF) -> PanelPlaces:
        """The places that make the picture largest: with the text below it, or in a wide box beside it."""
        inner = box.adjusted(_GAP / 2, 0, -_GAP / 2, 0)
        free = inner.height() - _HEADING
        for lines in (4 if inner.width() >= _WIDE else 5, 3, 1):
            # A picture that can be seen is worth more than what is said of it.
            text_height = lines * _LINE + 8
            below = min(inner.width(), free - text_height)
            if below >= _READABLE:
                break
        beside = min(inner.width() - TEXT_WIDTH - _GAP, free)
        side = float(int(max(below, beside, 1)))
        if below >= beside:
            left = inner.left() + (inner.width() - side) / 2
            width = max(side, min(inner.width(), _WIDE))
            text_left = inner.left() + (inner.width() - width) / 2
            heading = QRectF(text_left, inner.top(), width, _HEADING)
            picture = QRectF(round(left), round(inner.top() + _HEADING), side, side)
            return cls(heading, picture, QRectF(text_left, picture.bottom() + 6, width, text_height))
        left = inner.left() + (inner.width() - side - _GAP - TEXT_WIDTH) / 2
        picture = QRectF(round(left), round(inner.top() + _HEADING), side, side)
        heading = QRectF(picture.left(), inner.top(), side + _GAP + TEXT_WIDTH, _HEADING)
        return cls(heading, picture, QRectF(picture.right() + _GAP, picture.top(), TEXT_WIDTH, side))


def crop_picture(crop_bgr: np.ndarray, attention: np.ndarray | None, levels: tuple[float, float]) -> QImage:
    """The crop (S, S, 3) uint8 as a picture, with the attention (cells, cells) over it where there is one.

    levels: the attention that is drawn darkest and brightest.
    """
    size = crop_bgr.shape[0]
    if attention is not None:
        low, high = levels
        shades = np.clip((attention - low) / max(high - low, 1e-6), 0, 1) * 255
        # Enlarged as numbers, not as colours, so that no colour appears that the scale does not have.
        smooth = cv2.resize(shades.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        heat = cv2.applyColorMap(np.clip(smooth, 0, 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
        crop_bgr = cv2.addWeighted(crop_bgr, 1 - _ATTENTION_SHARE, heat, _ATTENTION_SHARE, 0)
    return shown_picture(crop_bgr, size, size, mirrored=False)


def draw_step(
    painter: QPainter,
    places: PanelPlaces,
    step: LoopStep,
    picture: QImage,
    threshold: float,
    before: np.ndarray | None,
    first_words: str,
) -> None:
    """Draw one loop.

    before: joints (21, 2) of the loop before, in sides of the crop, or None. first_words: what is said where
    no loop before is known.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_heading(painter, places.heading, step, threshold)
    box = places.picture
    painter.setOpacity(1.0 if step.runs else _NOT_RUN_OPACITY)
    painter.drawImage(box, picture)
    painter.setOpacity(1.0)
    if step.joints is not None and step.sigma is not None:
        painter.save()
        painter.setClipRect(box)
        corner = np.array([box.left(), box.top()])
        draw_hand(painter, step.joints * box.width() + corner, step.sigma * box.width())
        if before is not None:
            _draw_moves(painter, before * box.width() + corner, step.joints * box.width() + corner)
        painter.restore()
    _draw_border(painter, box, step)
    if step.joints is None:
        _draw_not_run(painter, box)
    else:
        _draw_text(painter, places.text, step, threshold, first_words)


def _draw_heading(painter: QPainter, box: QRectF, step: LoopStep, threshold: float) -> None:
    heading = translate("StepsView", "Loop {number}").format(number=step.number)
    painter.setFont(theme.font(bold=True))
    _words(painter, box, theme.TEXT if step.runs else theme.MUTED, heading)
    room = box.width() - painter.fontMetrics().horizontalAdvance(f"{heading}  ")
    painter.setFont(theme.font(theme.SMALL_FONT_SIZE, bold=step.leaves))
    right = Qt.AlignmentFlag.AlignRight
    if step.leaves:
        sure = gate_leaves(step.exit_probability, threshold)
        choice: tuple[str, ...]
        if sure:
            choice = (
                translate("StepsView", "the gate leaves here"),
                translate("StepsView", "gate leaves"),
                translate("StepsView", "left"),
            )
        else:
            choice = (translate("StepsView", "the last loop"), translate("StepsView", "last"))
        fits = painter.fontMetrics().horizontalAdvance
        words = next((words for words in choice if fits(words) <= room), choice[-1])
        _words(painter, box, theme.ACCENT, words, right)
    elif not step.runs and step.joints is not None:
        _words(painter, box, theme.MUTED, translate("StepsView", "not run"), right)


def _draw_not_run(painter: QPainter, box: QRectF) -> None:
    pill = QRectF(box.center().x() - 34, box.center().y() - 12, 68, 24)
    painter.setFont(theme.font(theme.SMALL_FONT_SIZE))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PILL)
    painter.drawRoundedRect(pill, 12, 12)
    _words(painter, pill, _PILL_WORDS, translate("StepsView", "not run"), Qt.AlignmentFlag.AlignHCenter)


def _draw_border(painter: QPainter, box: QRectF, step: LoopStep) -> None:
    if step.leaves:
        pen = QPen(QColor(theme.ACCENT), 2)
    else:
        style = Qt.PenStyle.SolidLine if step.runs else Qt.PenStyle.DashLine
        pen = QPen(QColor(theme.BORDER if step.runs else theme.MUTED), 1, style)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)


def _draw_moves(painter: QPainter, before: np.ndarray, after: np.ndarray) -> None:
    """A line from each joint's old place towards its new one and on, with a dot at its end."""
    ends = before + MOVES_LONGER * (after - before)
    lines = [QLineF(*start, *end) for start, end in zip(before.tolist(), ends.tolist(), strict=True)]
    for pen in (QPen(QColor(0, 0, 0, 170), 2.8), QPen(_MOVE, 1.3)):
        painter.setPen(pen)
        painter.drawLines(*lines)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_MOVE)
    for line in lines:
        if line.length() > 3:
            painter.drawEllipse(line.p2(), 1.8, 1.8)


def _draw_text(painter: QPainter, box: QRectF, step: LoopStep, threshold: float, first_words: str) -> None:
    painter.setFont(theme.font(theme.SMALL_FONT_SIZE))
    _draw_gate(painter, QRectF(box.left(), box.top(), box.width(), _LINE), step, threshold)
    lines = _lines(step, first_words, box.width())
    room = int((box.height() - 8) // _LINE) - 1
    for row, (muted, words) in enumerate(lines[:room], 1):
        colour = theme.MUTED if muted or not step.runs else theme.TEXT
        _words(painter, QRectF(box.left(), box.top() + 4 + row * _LINE, box.width(), _LINE), colour, words)


def _lines(step: LoopStep, first_words: str, width: float) -> list[tuple[bool, str]]:
    """(quiet, words) of each line below the gate's bar; a wide box has room for more words in one."""
    wide = width >= _WIDE
    others = " · ".join(f"{one:g}" for one in step.would_leave)
    if wide:
        leave = translate("StepsView", "threshold {thresholds} would leave here")
    else:
        leave = translate("StepsView", "{thresholds} would leave")
    sigma = translate("StepsView", "mean σ {sigma:.1f} px").format(sigma=step.sigma_pixels)
    lines = [(True, leave.format(thresholds=others) if others else ""), (False, sigma)]
    move = step.move
    if move is None:
        return [*lines, (False, first_words)]
    most = f"{name_of(move.joint)} {move.most:.1f} px"
    if wide:
        words = translate("StepsView", "moved {mean:.1f} px on average, {most}")
        return [*lines, (False, words.format(mean=move.mean, most=most))]
    words = translate("StepsView", "moved {mean:.1f} px, most:")
    return [*lines, (False, words.format(mean=move.mean)), (False, most)]


def _draw_gate(painter: QPainter, box: QRectF, step: LoopStep, threshold: float) -> None:
    """The gate's probability as a bar, the threshold in force as a mark across it, the others as notches."""
    _words(painter, box, theme.MUTED, translate("StepsView", "gate"))
    passed = gate_leaves(step.exit_probability, threshold)
    numbers = (
        f"{step.exit_probability:.2f} {'≥' if step.exit_probability >= threshold else '<'} {threshold:.2f}"
    )
    _words(painter, box, theme.TEXT, numbers, Qt.AlignmentFlag.AlignRight)
    width = max(box.width() - _GATE_WIDTH - _NUMBERS_WIDTH, 1)
    bar = QRectF(box.left() + _GATE_WIDTH, box.center().y() - 3.5, width, 7)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.RAISED))
    painter.drawRoundedRect(bar, 3, 3)
    painter.setBrush(QColor(theme.ACCENT if passed else theme.MUTED))
    filled = QRectF(bar.left(), bar.top(), bar.width() * float(np.clip(step.exit_probability, 0, 1)), 7)
    painter.drawRoundedRect(filled, 3, 3)
    painter.setPen(QPen(QColor(theme.BACKGROUND), 1))
    for other in OTHER_THRESHOLDS:
        x = bar.left() + bar.width() * other
        painter.drawLine(QPointF(x, bar.top()), QPointF(x, bar.bottom()))
    x = bar.left() + bar.width() * threshold
    painter.setPen(QPen(QColor(theme.TEXT), 2))
    painter.drawLine(QPointF(x, bar.top() - 4), QPointF(x, bar.bottom() + 4))


def _words(
    painter: QPainter,
    box: QRectF,
    colour: str,
    text: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setPen(QColor(colour))
    painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, text)
