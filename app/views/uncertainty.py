# SPDX-License-Identifier: GPL-3.0-or-later
"""How sure the estimator was of each joint over the last seconds: joints x time as a heatmap."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QRectF
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.history import TimeHistory
from app.model.deck import moment_of
from app.model.recorded_columns import SIDES, RecordedColumns
from app.views.joint_axis import JointAxis
from app.views.plot_style import PlotArea, quiet_plot, style_axis, time_ticks
from app.words import name_of
from handtrack.hand import FrameResult
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES

_COLOUR_MAP = "viridis"
_BINS = 300
_HOLD = 1.0
"""Seconds for which a joint's last value stands until the next: longer gaps are shown as gaps."""
_RANGES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 500, 1000)
_UNITS = {
    "mm": QT_TRANSLATE_NOOP("UncertaintyView", "σ 3D, mm"),
    "px": QT_TRANSLATE_NOOP("UncertaintyView", "σ 2D, px"),
}
_WHICH = {
    "both": QT_TRANSLATE_NOOP("UncertaintyView", "both hands"),
    "right": QT_TRANSLATE_NOOP("UncertaintyView", "right hand"),
    "left": QT_TRANSLATE_NOOP("UncertaintyView", "left hand"),
}
_SIDES = ("left", "right")
"""From left to right, as a person sees the own hands."""
_NOTHING = np.full(JOINT_COUNT, np.nan, dtype=np.float32)
_GAP = 0.06
"""Of a hand's width, between two."""


class UncertaintyView(QWidget):
    """The heatmap, and above it the choice of hand and unit."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = UncertaintyMap(seconds)
        self._hand = _choice(
            [self.tr(words) for words in _WHICH.values()], self.tr("Which hands the map shows")
        )
        self._unit = _choice(
            [self.tr(words) for words in _UNITS.values()],
            self.tr("Standard deviation in space or in the picture"),
        )
        self._hand.currentIndexChanged.connect(lambda index: self.map.select_hand(list(_WHICH)[index]))
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
        words = self.tr("brighter is less sure")
        fits = self._explanation.fontMetrics().horizontalAdvance(words) <= room
        self._explanation.setText(words if fits else "")

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's uncertainty."""
        self.map.show_result(result)

    def show_recorded(self, recorded: RecordedColumns) -> None:
        """Know all frames of a session."""
        self.map.show_recorded(recorded)

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
    """Rows are joints, grouped by finger; columns are moments; bright is unsure.

    Two hands stand side by side. The histories of both are kept, whichever is shown.
    """

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seconds = seconds
        self._histories = {
            (side, unit): TimeHistory(seconds, JOINT_COUNT) for side in _SIDES for unit in _UNITS
        }
        self._which, self._unit = "both", "mm"
        self._top = float(_RANGES[4])
        self._axis = JointAxis()
        self._plot = quiet_plot(self.addPlot(axisItems={"left": self._axis}))
        self._plot.setYRange(0, JOINT_COUNT, padding=0)
        self._plot.invertY(True)
        colours = pg.colormap.get(_COLOUR_MAP)
        self._images = {side: self._make_image(colours) for side in _SIDES}
        self._labels = {side: self._make_label(side) for side in _SIDES}
        self._shown: tuple[str, ...] = ()
        self._bar = pg.ColorBarItem(
            values=(0, self._top), colorMap=colours, width=9, interactive=False, colorMapMenu=False
        )
        style_axis(self._bar.axis)
        # Beside the picture itself, so that both are equally high.
        self._plot.layout.addItem(self._bar, 2, 5)
        self._plot.layout.setColumnFixedWidth(4, 8)
        self._plot.getViewBox().sigResized.connect(self._show_moments)
        self._show_range()
        self.follow(self._plot, self._histories["left", "mm"], self._sigma_at, self._offsets)
        self.redraw()

    @property
    def top(self) -> float:
        """The uncertainty shown brightest, in the unit that is shown."""
        return self._top

    @property
    def shown(self) -> tuple[str, ...]:
        """The hands that are shown, from left to right."""
        return self._shown

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's uncertainty: of each side the hand that is known longest."""
        time = moment_of(result.frame)
        for side in _SIDES:
            hands = [hand for hand in result.hands if hand.handedness == side]
            hand = min(hands, key=lambda hand: hand.track_id, default=None)
            self._histories[side, "mm"].append(time, _NOTHING if hand is None else hand.sigma_3d * 1000)
            self._histories[side, "px"].append(time, _NOTHING if hand is None else hand.sigma_2d)
        self.redraw_if_due()

    def show_recorded(self, recorded: RecordedColumns) -> None:
        """Know all frames of a session."""
        for column, side in enumerate(SIDES):
            self._histories[side, "mm"].fill(recorded.moments, recorded.sigma_mm[:, column])
            self._histories[side, "px"].fill(recorded.moments, recorded.sigma_px[:, column])

    def select_hand(self, which: str) -> None:
        """Show "both" hands, as far as they were seen, or the "right" or "left" one from now on."""
        self._which = which
        self.redraw()

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

    def _draw_values(self) -> None:
        """Bring the heatmap up to date."""
        grids = {
            side: self._histories[side, self._unit].resampled(_BINS, _HOLD).T
            for side in (_SIDES if self._which == "both" else (self._which,))
        }
        if self._which == "both":
            # An empty half would only take the other's room; without any hand one empty map stands there.
            seen_sides = [side for side, grid in grids.items() if np.isfinite(grid).any()]
            grids = {side: grids[side] for side in seen_sides or _SIDES[-1:]}
        if tuple(grids) != self._shown:
            self._shown = tuple(grids)
            self._show_moments()
        seen = np.concatenate([grid[np.isfinite(grid)] for grid in grids.values()] or [np.empty(0)])
        if seen.size:
            self._adapt_range(seen)
        for side, grid in grids.items():
            # 0 is kept for "no value", so that a gap differs from a sure joint.
            shades = np.zeros(grid.shape, dtype=np.uint8)
            known = np.isfinite(grid)
            self._labels[side].setVisible(bool(known.any()))
            shades[known] = 1 + np.clip(grid[known] / self._top, 0, 1) * 254
            self._images[side].setImage(shades, autoLevels=False)

    def restyle(self) -> None:
        """Take the colours of the theme."""
        super().restyle()
        for side in _SIDES:
            self._images[side].setLookupTable(_lookup_table(pg.colormap.get(_COLOUR_MAP)))
            self._labels[side].setColor(theme.HAND_COLOURS[side])

    def _show_moments(self) -> None:
        """Give each hand that is shown its part of the width, and name the moments below it."""
        seconds, count = self._seconds, max(len(self._shown), 1)
        offsets = self._offsets()
        self._plot.setXRange(-seconds, offsets[-1], padding=0)
        width = self._plot.getViewBox().width() / count
        ticks = [
            (moment + offset, name)
            for part, offset in enumerate(offsets)
            for moment, name in time_ticks(seconds, width)
            if part == 0 or moment > -seconds  # there stands the "now" of the hand before
        ]
        self._plot.getAxis("bottom").setTicks([ticks])
        for side in _SIDES:
            self._images[side].setVisible(side in self._shown)
            if side not in self._shown:
                self._labels[side].setVisible(False)
        for offset, side in zip(offsets, self._shown, strict=False):
            left = offset - seconds
            self._images[side].setRect(QRectF(left, 0, seconds, JOINT_COUNT))
            self._labels[side].setPos(left, 0)
        self.show_cursors()

    def _sigma_at(self, moment: float, height: float, part: int) -> list[str]:
        """The joint under the mouse, and its sigma."""
        row = self._histories[self._shown[part], self._unit].nearest(moment, _HOLD)
        joint = min(max(int(height), 0), JOINT_COUNT - 1)
        if row is None or not np.isfinite(row[joint]):
            return []
        return [
            f"{name_of(self._shown[part])} {name_of(JOINT_NAMES[joint])}",
            f"σ {row[joint]:.1f} {self._unit}",
        ]

    def _offsets(self) -> list[float]:
        """Where each hand's part of the width ends."""
        return [part * (1 + _GAP) * self._seconds for part in range(max(len(self._shown), 1))]

    def _make_image(self, colours: pg.ColorMap) -> pg.ImageItem:
        image = pg.ImageItem(axisOrder="row-major")
        image.setLookupTable(_lookup_table(colours))
        image.setImage(np.zeros((JOINT_COUNT, _BINS), dtype=np.uint8), levels=(0, 255))
        self._plot.addItem(image, ignoreBounds=True)
        return image

    def _make_label(self, side: str) -> pg.TextItem:
        label = pg.TextItem(
            name_of(side), color=theme.HAND_COLOURS[side], anchor=(0, 0), fill=pg.mkBrush(theme.veil())
        )
        label.setFont(theme.font(theme.SMALL_FONT_SIZE))
        label.setZValue(1)
        self._plot.addItem(label, ignoreBounds=True)
        return label

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
