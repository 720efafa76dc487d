# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands drawn over their picture: bones in finger colours, uncertainty discs, and labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen

from app import theme
from app.views.picture_map import PictureMap
from app.words import name_of, translate
from handtrack.geometry import hand_extent
from handtrack.hand import Hand, HandTruth
from handtrack.skeleton import BONES, FINGERS, MIDDLE_MCP, WRIST

UNSURE = 0.06
"""Of the hand's size in the picture, about a finger's half width: a sigma beyond it leaves open where on the
finger, or beside it, the joint is. Of a hand in plain view no joint has it, of hidden fingers' some have."""

_OUTLINE = QColor(8, 10, 14)
"""Opaque: a translucent one is five times as dear to stroke, and looks the same."""
_TRUTH = QColor(255, 255, 255)
MEDIAPIPE = QColor(255, 70, 70)
RAW = QColor(176, 186, 198)
"""Of the thin lines of hands that others found, or that were not smoothed; no finger has these colours."""
_DISC_FILL, _DISC_EDGE = 70, 170
_LABEL_HEIGHT = 22
_GROUPS = (
    (theme.JOINT_COLOURS[WRIST], (WRIST,)),
    *((theme.FINGER_COLOURS[name], joints) for name, joints in FINGERS.items()),
)
"""(colour, joints) of all joints that are drawn alike."""


def draw_hands(
    painter: QPainter, hands: Sequence[Hand], place: PictureMap, truths: Sequence[HandTruth] = ()
) -> None:
    """Draw hands on the picture at that place; truths: where they truly are, thin lines over the hands."""
    for hand, pixels in _placed(hands, place):
        draw_hand(painter, pixels, hand.sigma_2d * place.scale)
    for truth in truths:
        draw_true_hand(painter, place.to_view(truth.joints_2d))


def draw_labels(painter: QPainter, hands: Sequence[Hand], place: PictureMap, view: QRectF) -> None:
    """Write above each hand what it is, none over another, beside the picture too where it is narrow.

    view: the part of the painter's pixels that can be seen.
    """
    labels: list[QRectF] = []
    for hand, pixels in _placed(hands, place):
        labels.append(_draw_label(painter, hand_label(hand), pixels, place, view, labels))


def _placed(hands: Sequence[Hand], place: PictureMap) -> list[tuple[Hand, np.ndarray]]:
    """The hands that can be drawn, with their joints (21, 2) in pixels of the view."""
    shown = [(hand, place.to_view(hand.joints_2d)) for hand in hands]
    return [(hand, pixels) for hand, pixels in shown if np.isfinite(pixels).all()]


def draw_hand(painter: QPainter, pixels: np.ndarray, sigma: np.ndarray) -> None:
    """Draw one hand's discs, bones and joints; joints that the estimator is unsure of are hollow.

    pixels: (21, 2), of the view. sigma: (21,), in the same pixels.
    """
    points = [QPointF(x, y) for x, y in pixels.tolist()]
    width = _bone_width(pixels)
    _draw_discs(painter, points, sigma)
    _draw_bones(painter, points, width)
    _draw_joints(painter, points, width * 0.95, unsure_joints(pixels, sigma))


def unsure_joints(joints_2d: np.ndarray, sigma_2d: np.ndarray) -> np.ndarray:
    """Which joints (21,) bool have a sigma beyond `UNSURE` of the hand's size, in whatever unit."""
    return sigma_2d > UNSURE * hand_extent(joints_2d)


def hand_label(hand: Hand) -> str:
    """One line on a hand, such as "right · 3 loops · σ 2.1 px"."""
    loops = (
        translate("HandLabel", "1 loop") if hand.iterations == 1 else translate("HandLabel", "{loops} loops")
    )
    parts = [name_of(hand.handedness), loops.format(loops=hand.iterations)]
    if hand.crops != 1:
        parts.append(translate("HandLabel", "{crops} crops").format(crops=hand.crops))
    return " · ".join([*parts, f"σ {float(np.mean(hand.sigma_2d)):.1f} px"])


def _bone_width(pixels: np.ndarray) -> float:
    palm = float(np.linalg.norm(pixels[MIDDLE_MCP] - pixels[WRIST]))
    return min(max(palm * 0.035, 1.8), 4.5)


def _draw_discs(painter: QPainter, points: list[QPointF], radii: np.ndarray) -> None:
    for colour, joints in _GROUPS:
        painter.setPen(QPen(_with_alpha(colour, _DISC_EDGE), 1))
        painter.setBrush(_with_alpha(colour, _DISC_FILL))
        # One path for the discs of a finger: they do not darken each other where they overlap.
        discs = QPainterPath()
        discs.setFillRule(Qt.FillRule.WindingFill)
        for joint in joints:
            discs.addEllipse(points[joint], float(radii[joint]), float(radii[joint]))
        painter.drawPath(discs)


def _draw_bones(painter: QPainter, points: list[QPointF], width: float) -> None:
    # Flat ends, which the joints cover: round ones cost four times as much.
    lines = [QLineF(points[parent], points[child]) for parent, child in BONES]
    painter.setPen(QPen(_OUTLINE, width + 2, cap=Qt.PenCapStyle.FlatCap))
    painter.drawLines(*lines)
    for finger, colour in enumerate(theme.FINGER_COLOURS.values()):
        painter.setPen(QPen(colour, width, cap=Qt.PenCapStyle.FlatCap))
        painter.drawLines(*lines[4 * finger : 4 * finger + 4])


def draw_true_hand(painter: QPainter, pixels: np.ndarray) -> None:
    """Draw where a hand truly is, as thin white lines between its joints (21, 2) in pixels of the view."""
    draw_thin_hand(painter, pixels, _TRUTH)


def draw_thin_hand(painter: QPainter, pixels: np.ndarray, colour: QColor) -> None:
    """Draw a hand as thin lines of one colour between its joints (21, 2) in pixels of the view."""
    points = [QPointF(x, y) for x, y in pixels.tolist()]
    lines = [QLineF(points[parent], points[child]) for parent, child in BONES]
    for pen in (QPen(_OUTLINE, 2.6), QPen(colour, 1.2)):
        painter.setPen(pen)
        painter.drawLines(*lines)
    painter.setPen(QPen(_OUTLINE, 0.8))
    painter.setBrush(colour)
    for point in points:
        painter.drawEllipse(point, 2.0, 2.0)


def _draw_joints(painter: QPainter, points: list[QPointF], radius: float, hollow: np.ndarray) -> None:
    painter.setPen(QPen(_OUTLINE, 1))
    for joint in np.flatnonzero(~hollow).tolist():
        painter.setBrush(theme.JOINT_COLOURS[joint])
        painter.drawEllipse(points[joint], radius, radius)
    painter.setBrush(_OUTLINE)
    for joint in np.flatnonzero(hollow).tolist():
        painter.setPen(QPen(theme.JOINT_COLOURS[joint], max(0.5 * radius, 1.2)))
        painter.drawEllipse(points[joint], 1.25 * radius, 1.25 * radius)


def _draw_label(
    painter: QPainter,
    text: str,
    pixels: np.ndarray,
    place: PictureMap,
    view: QRectF,
    taken: Sequence[QRectF],
) -> QRectF:
    painter.setFont(theme.font(theme.FONT_SIZE - 1))
    width = painter.fontMetrics().horizontalAdvance(text) + 16
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    # Over the picture where it is wide enough.
    edges = place.left, place.left + place.width
    first, right = edges if place.width >= width + 8 else (view.left(), view.right())
    bottom = place.top + place.height
    top = low[1] - _LABEL_HEIGHT - 10
    if top < place.top + 4:
        top = min(high[1] + 10, bottom - _LABEL_HEIGHT - 4)
    left = min(max((low[0] + high[0] - width) / 2, first + 4), max(right - width - 4, view.left()))
    box = QRectF(left, top, width, _LABEL_HEIGHT)
    step = _LABEL_HEIGHT + 3
    if top - step < place.top:
        step = -step  # no room above: further down, over the hand
    while any(box.intersects(other) for other in taken) and place.top <= box.top() < bottom:
        box.translate(0, -step)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(12, 14, 18, 200))
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(QColor(theme.SCENE.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box


def _with_alpha(colour: QColor, alpha: int) -> QColor:
    return QColor(colour.red(), colour.green(), colour.blue(), alpha)
