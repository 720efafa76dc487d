# SPDX-License-Identifier: GPL-3.0-or-later
"""The axis beside a heatmap of joints: fingers in their colours, and the joints' own names."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen

from app import theme
from app.words import name_of
from handtrack.skeleton import FINGERS, JOINT_COUNT, JOINT_NAMES


class JointAxis(pg.AxisItem):
    """Finger names in their colours, and the joints' own names where rows are high enough."""

    _FINGERS_WIDTH, _JOINTS_WIDTH = 58, 38
    _READABLE_ROW = 6.8

    def __init__(self) -> None:
        self._names_joints = True  # before Qt first lays the axis out
        super().__init__("left")
        self.setWidth(self._FINGERS_WIDTH + self._JOINTS_WIDTH)

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Name the joints only where their rows are high enough to be read."""
        super().resizeEvent(event)
        fits = self.geometry().height() / JOINT_COUNT >= self._READABLE_ROW
        if fits != self._names_joints:
            self._names_joints = fits
            self.setWidth(self._FINGERS_WIDTH + (self._JOINTS_WIDTH if fits else 0))

    def paint(self, painter: QPainter, option: object, widget: object) -> None:
        """Draw the names beside their rows."""
        area = self.mapRectFromParent(self.geometry())
        row = area.height() / JOINT_COUNT
        right = area.right() - 5
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        groups = {"wrist": (0,)} | FINGERS
        for name, joints in groups.items():
            top, bottom = area.top() + joints[0] * row, area.top() + (joints[-1] + 1) * row
            colour = theme.joint_ink(joints[0])
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(right + 2, top + 1), QPointF(right + 2, bottom - 1))
            painter.setPen(colour)
            painter.setFont(theme.font(theme.SMALL_FONT_SIZE))
            box = QRectF(area.left(), top - 8, 44, bottom - top + 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name_of(name))
            if len(joints) > 1 and self._names_joints:
                self._draw_joint_names(painter, joints, area, row)

    def _draw_joint_names(self, painter: QPainter, joints: Sequence[int], area: QRectF, row: float) -> None:
        painter.setPen(QColor(theme.MUTED))
        painter.setFont(theme.font(min(9, max(round(row), 7))))
        for joint in joints:
            name = JOINT_NAMES[joint].rpartition("_")[2]
            left, width = area.right() - self._JOINTS_WIDTH, self._JOINTS_WIDTH - 8
            box = QRectF(left, area.top() + joint * row - 2, width, row + 4)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, name_of(name).upper())
