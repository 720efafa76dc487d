# SPDX-License-Identifier: GPL-3.0-or-later
"""How sure the estimator was of each joint over the last seconds: joints x time as a heatmap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.history import TimeHistory
from app.model.deck import moment_of
from app.views.plot_style import PlotArea, style_axis, time_plot
from handtrack.hand import FrameResult, Hand
from handtrack.skeleton import FINGERS, JOINT_COUNT, JOINT_NAMES

_COLOUR_MAP = "viridis"
_BINS = 300
_HOLD = 1.0
"""Seconds for which a joint's last value stands until the next: longer gaps are shown as gaps."""
_RANGES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 500, 1000)
_UNITS = {"mm": "σ 3D, mm", "px": "σ 2D, px"}
_WHICH = ("first", "right", "left")
_EXPLANATION = "brighter is less sure"


class UncertaintyView(QWidget):
    """The heatmap, and above it the choice of hand and unit."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = UncertaintyMap(seconds)
        self._hand = _choice(["first hand", "right hand", "left hand"], "Which hand the map shows")
        self._unit = _choice(list(_UNITS.values()), "Standard deviation in space or in the picture")
        self._hand.currentIndexChanged.connect(lambda index: self.map.select_hand(_WHICH[index]))
        self._unit.currentIndexChanged.connect(lambda index: self.map.select_unit(list(_UNITS)[index]))
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 0)
        self._explanation = QLabel()
        self._explanation.setObjectName("muted")
        self._explanation.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self._explanation, 1)
        row.addWidget(self._hand)
        row.addWidget(self._unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.map, 1)

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Explain the colours where there is room for all of the words."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        room = self.width() - self._hand.sizeHint().width() - self._unit.sizeHint().width() - 40
        fits = self._explanation.fontMetrics().horizontalAdvance(_EXPLANATION) <= room
        self._explanation.setText(_EXPLANATION if fits else "")

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's uncertainty."""
        self.map.show_result(result)

    def forget(self) -> None:
        """Forget all frames."""
        self.map.forget()

    def set_redraw_rate(self, hertz: float) -> None:
        """Redraw at most so often a second from now on."""
        self.map.set_redraw_rate(hertz)

    def redraw(self) -> None:
        """Bring the heatmap up to date."""
        self.map.redraw()


class UncertaintyMap(PlotArea):
    """Rows are joints, grouped by finger; columns are moments; bright is unsure."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._histories = {unit: TimeHistory(seconds, JOINT_COUNT) for unit in _UNITS}
        self._which, self._unit = _WHICH[0], "mm"
        self._top = float(_RANGES[4])
        self._axis = _JointAxis()
        self._plot = time_plot(self.addPlot(axisItems={"left": self._axis}), seconds)
        self._plot.setYRange(0, JOINT_COUNT, padding=0)
        self._plot.invertY(True)
        colours = pg.colormap.get(_COLOUR_MAP)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setLookupTable(_lookup_table(colours))
        self._plot.addItem(self._image)
        self._image.setImage(np.zeros((JOINT_COUNT, _BINS), dtype=np.uint8), levels=(0, 255))
        self._image.setRect(QRectF(-seconds, 0, seconds, JOINT_COUNT))
        self._bar = pg.ColorBarItem(
            values=(0, self._top), colorMap=colours, width=9, interactive=False, colorMapMenu=False
        )
        style_axis(self._bar.axis)
        # Beside the picture itself, so that both are equally high.
        self._plot.layout.addItem(self._bar, 2, 5)
        self._plot.layout.setColumnFixedWidth(4, 8)
        self._show_range()
        self.follow(self._plot, self._histories["mm"])

    @property
    def top(self) -> float:
        """The uncertainty shown brightest, in the unit that is shown."""
        return self._top

    def show_result(self, result: FrameResult) -> None:
        """Add the selected hand's uncertainty."""
        hand = self._selected(result.hands)
        nothing = np.full(JOINT_COUNT, np.nan, dtype=np.float32)
        time = moment_of(result.frame)
        self._histories["mm"].append(time, nothing if hand is None else hand.sigma_3d * 1000)
        self._histories["px"].append(time, nothing if hand is None else hand.sigma_2d)
        self.redraw_if_due()

    def select_hand(self, which: str) -> None:
        """Show the "first", "right" or "left" hand from now on."""
        self._which = which
        self.forget()

    def select_unit(self, unit: str) -> None:
        """Show "mm" (in space) or "px" (in the picture)."""
        self._unit = unit
        self.redraw()
        self._show_range()

    def forget(self) -> None:
        """Forget all frames."""
        for history in self._histories.values():
            history.clear()
        self.redraw()

    def redraw(self) -> None:
        """Bring the heatmap up to date."""
        grid = self._histories[self._unit].resampled(_BINS, _HOLD).T
        seen = np.isfinite(grid)
        if seen.any():
            self._adapt_range(grid[seen])
        # 0 is kept for "no value", so that a gap differs from a sure joint.
        shades = np.zeros(grid.shape, dtype=np.uint8)
        shades[seen] = 1 + np.clip(grid[seen] / self._top, 0, 1) * 254
        self._image.setImage(shades, autoLevels=False)

    def _selected(self, hands: Sequence[Hand]) -> Hand | None:
        if self._which == "first":
            return min(hands, key=lambda hand: hand.track_id, default=None)
        return next((hand for hand in hands if hand.handedness == self._which), None)

    def _adapt_range(self, values: np.ndarray) -> None:
        """Move the range by whole steps, and down only when far too wide, so that colours stay put."""
        high = float(np.percentile(values, 98))
        if self._top * 0.4 < high <= self._top:
            return
        self._top = float(next((step for step in _RANGES if step >= high), _RANGES[-1]))
        self._show_range()

    def _show_range(self) -> None:
        self._bar.setLevels((0, self._top))
        top, half = self._top, self._top / 2
        self._bar.axis.setTicks([[(0, "0"), (half, f"{half:g}"), (top, f"{top:g} {self._unit}")]])


class _JointAxis(pg.AxisItem):
    """Finger names in their colours, and the joints' own names where rows are high enough."""

    _FINGERS_WIDTH, _JOINTS_WIDTH = 58, 38
    _READABLE_ROW = 9.5

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
            colour = theme.JOINT_COLOURS[joints[0]]
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(right + 2, top + 1), QPointF(right + 2, bottom - 1))
            painter.setPen(colour)
            painter.setFont(theme.font(theme.SMALL_FONT_SIZE))
            box = QRectF(area.left(), top - 8, 44, bottom - top + 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            if len(joints) > 1 and self._names_joints:
                self._draw_joint_names(painter, joints, area, row)

    def _draw_joint_names(self, painter: QPainter, joints: Sequence[int], area: QRectF, row: float) -> None:
        painter.setPen(QColor(theme.MUTED))
        painter.setFont(theme.font(9))
        for joint in joints:
            name = JOINT_NAMES[joint].rpartition("_")[2]
            left, width = area.right() - self._JOINTS_WIDTH, self._JOINTS_WIDTH - 8
            box = QRectF(left, area.top() + joint * row - 2, width, row + 4)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, name if name == "tip" else name.upper())


def _lookup_table(colours: pg.ColorMap) -> np.ndarray:
    table = np.empty((256, 3), dtype=np.uint8)
    panel = QColor(theme.BACKGROUND)
    table[0] = panel.red(), panel.green(), panel.blue()
    table[1:] = colours.getLookupTable(nPts=255, alpha=False)
    return table


def _choice(texts: list[str], tip: str) -> QComboBox:
    box = QComboBox()
    box.addItems(texts)
    box.setToolTip(tip)
    box.setFont(theme.font(theme.SMALL_FONT_SIZE))
    return box
