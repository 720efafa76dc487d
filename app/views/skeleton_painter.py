# SPDX-License-Identifier: GPL-3.0-or-later
"""The 3D hands drawn with a plain painter, for machines without OpenGL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF, QRadialGradient

from app import theme
from app.views.skeleton_geometry import OrbitCamera, PlacedHand, floor_lines, floor_shadow
from app.views.skeleton_mesh import BONE_RADIUS, JOINT_RADIUS, ellipsoid_rims
from app.words import translate
from handtrack.skeleton import BONES, JOINT_COUNT

_Draw = Callable[[QPainter], None]

_OUTLINE = QColor(10, 12, 16, 200)


class PainterSkeleton:
    """Draws hands from far to near, each bone a round line and each joint a shaded ball."""

    @property
    def note(self) -> str:
        """What is said of it in a corner of the view."""
        return translate("SkeletonView", "software view")

    def draw(
        self, painter: QPainter, size: tuple[int, int], camera: OrbitCamera, hands: Sequence[PlacedHand]
    ) -> None:
        """Fill a view of that size (width, height) with the scene."""
        width, height = size
        painter.fillRect(0, 0, width, height, QColor(theme.SCENE.panel))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_floor(painter, size, camera, hands)
        shapes = [shape for hand in hands for shape in _shapes(hand, camera, size)]
        for _, draw in sorted(shapes, key=lambda shape: shape[0]):
            draw(painter)

    def release(self) -> None:
        """Nothing is held."""

    def _draw_floor(
        self, painter: QPainter, size: tuple[int, int], camera: OrbitCamera, hands: Sequence[PlacedHand]
    ) -> None:
        painter.setPen(QPen(QColor(theme.SCENE.border), 1))
        painter.drawLines(*_lines(floor_lines(len(hands)), camera, size))
        painter.setPen(QPen(QColor(theme.SCENE.shadow), 2.5))
        for hand in hands:
            painter.drawLines(*_lines(floor_shadow(hand.joints)[np.array(BONES)], camera, size))


def _lines(segments: np.ndarray, camera: OrbitCamera, size: tuple[int, int]) -> list[QLineF]:
    pixels, _ = camera.project(segments.reshape(-1, 3), *size)
    return [QLineF(*ends) for ends in pixels.reshape(-1, 4).tolist()]


def _shapes(hand: PlacedHand, camera: OrbitCamera, size: tuple[int, int]) -> list[tuple[float, _Draw]]:
    """(pixels per metre, drawing function) of each bone, joint and ball: far ones have fewer pixels."""
    pixels, scale = camera.project(hand.joints, *size)
    points = [QPointF(x, y) for x, y in pixels.tolist()]
    shapes: list[tuple[float, _Draw]] = []
    for index, (parent, child) in enumerate(BONES):
        mean_scale = float(scale[parent] + scale[child]) / 2
        line, colour = QLineF(points[parent], points[child]), theme.BONE_COLOURS[index]
        shapes.append((mean_scale, _bone(line, 2 * BONE_RADIUS * mean_scale, colour)))
    rims = hand.joints[:, None] + ellipsoid_rims(hand.sigma, camera.axes())
    rim_pixels, _ = camera.project(rims.reshape(-1, 3), *size)
    outlines = rim_pixels.reshape(*rims.shape[:2], 2)
    for joint in range(JOINT_COUNT):
        at, per_metre = points[joint], float(scale[joint])
        colour = theme.JOINT_COLOURS[joint]
        ball = QPolygonF([QPointF(x, y) for x, y in outlines[joint].tolist()])
        # A joint covers the bones that end in it, so it counts as nearer by its own radius.
        nearer = per_metre * (1 + JOINT_RADIUS / 0.5)
        shapes.append((nearer, _joint(at, JOINT_RADIUS * per_metre, ball, colour)))
    return shapes


def _bone(line: QLineF, width: float, colour: QColor) -> _Draw:
    def draw(painter: QPainter) -> None:
        painter.setPen(QPen(_OUTLINE, width + 2, cap=Qt.PenCapStyle.RoundCap))
        painter.drawLine(line)
        painter.setPen(QPen(colour, width, cap=Qt.PenCapStyle.RoundCap))
        painter.drawLine(line)

    return draw


def _joint(at: QPointF, radius: float, ball: QPolygonF, colour: QColor) -> _Draw:
    def draw(painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour.red(), colour.green(), colour.blue(), 60))
        painter.drawPolygon(ball)
        shade = QRadialGradient(at - QPointF(radius, radius) * 0.35, 1.4 * radius)
        shade.setColorAt(0, colour.lighter(135))
        shade.setColorAt(1, colour.darker(150))
        painter.setBrush(shade)
        painter.drawEllipse(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))

    return draw
