# SPDX-License-Identifier: GPL-3.0-or-later
"""What other thresholds would have cost, and the whole trade-off of error against cost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app import theme
from app.model.refinement import OTHER_THRESHOLDS
from app.model.what_if import Cost, WhatIf
from app.views.elided_label import ElidedLabel
from app.views.plot_style import PlotArea, quiet_plot
from app.words import translate
from handtrack.hand import FrameResult
from handtrack.model.operating_table import OperatingTable

if TYPE_CHECKING:
    from handtrack.sessions import Session

_REDRAW_SECONDS = 0.5
"""Means of seconds change slowly, and figures that change often cannot be read."""
_BARS_TIP = QT_TRANSLATE_NOOP(
    "CostBars",
    "Mean loops that each threshold would have used, from what the gate said while tracking; nothing is\n"
    "computed again. ≥: a hand left the loop before this threshold would have, so it may have been more.\n"
    "Milliseconds are those that a hand took here, once hands with different loops were timed.",
)
_CURVE_TIP = QT_TRANSLATE_NOOP(
    "TradeOffPlot",
    "What each threshold gave on hands that the weights were not trained on, each seen for the first time:\n"
    "mean error in the picture over the hand's size, against mean loops. The dot is the present threshold.\n"
    "Dashed: the loops that ran here. Followed hands need fewer, for they begin from the frame before.",
)


class WhatIfView(QWidget):
    """Bars of what thresholds would have used, and beside them what each is worth."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = WhatIf(seconds, OTHER_THRESHOLDS)
        self._threshold, self._redrawn = 0.5, 0.0
        self.recent = _segment(self.tr("last {seconds:g} s").format(seconds=seconds))
        self.overall = _segment(self.tr("all frames seen"))
        self.bars = CostBars()
        self.curve = TradeOffPlot()
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 0)
        for button in (self.recent, self.overall):
            group.addButton(button)
            row.addWidget(button)
        self.recent.setChecked(True)
        group.buttonToggled.connect(lambda _, on: self.redraw() if on else None)
        words = ElidedLabel(60)
        words.setText(self.tr("the same frames under other thresholds"))
        row.addWidget(words, 1)
        sides = QHBoxLayout()
        sides.setSpacing(0)
        sides.addWidget(self.bars, 1)
        sides.addWidget(self.curve, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addLayout(sides, 1)
        self.redraw()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(720, 240)

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's hands."""
        self.model.add(result)
        self._threshold = result.gate_threshold
        now = time.monotonic()
        if self.isVisible() and now - self._redrawn >= _REDRAW_SECONDS:
            self._redrawn = now
            self.redraw()

    def show_recorded(self, session: Session) -> None:
        """Know all frames of a session."""
        self.model.fill(session)
        self.redraw()

    def show_operating_table(self, table: OperatingTable | None) -> None:
        """Show what the weights' own measurements say; None where they say nothing."""
        self.curve.show_table(table)
        self.redraw()

    def set_redraw_rate(self, hertz: float) -> None:
        """Nothing: it is redrawn rarely at all times."""

    def forget(self) -> None:
        """Forget all hands."""
        self.model.forget()
        self.redraw()

    def redraw(self) -> None:
        """Bring bars and plot up to date."""
        known = self.model.costs(self.recent.isChecked())
        rows: list[tuple[str, Cost]] = []
        if known is not None:
            rows.append((self.tr("as it ran"), Cost(self._threshold, known[0], at_least=False)))
            at = self.tr("at {threshold:.2f}")
            rows += [(at.format(threshold=cost.threshold), cost) for cost in known[1]]
        expected = self.model.times.expected
        self.bars.show_rows([(name, cost, expected(cost.loops)) for name, cost in rows])
        self.curve.show_present(self._threshold, None if known is None else known[0])

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Bring up to date what was not followed while the view was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.redraw()


class CostBars(QWidget):
    """A bar of loops for each threshold, with its figures."""

    _NAMES, _FIGURES, _ROW = 66, 142, 24

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(280, 110)
        self.setToolTip(self.tr(_BARS_TIP))
        self._rows: list[tuple[str, Cost, float | None]] = []

    @property
    def words(self) -> list[str]:
        """What stands in each row."""
        return [f"{name}: {cost_words(cost, milliseconds)}" for name, cost, milliseconds in self._rows]

    def show_rows(self, rows: list[tuple[str, Cost, float | None]]) -> None:
        """Show rows of (name, cost, milliseconds or None)."""
        if rows != self._rows:
            self._rows = rows
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the rows."""
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SMALL_FONT_SIZE))
        if not self._rows:
            painter.setPen(QColor(theme.MUTED))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No hand was tracked yet"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        longest = max((cost.loops for _, cost, _ in self._rows), default=1.0)
        height = min(self._ROW, (self.height() - 12) / max(len(self._rows), 1))
        for row, (name, cost, milliseconds) in enumerate(self._rows):
            first = row == 0
            line = QRectF(12, 8 + row * height, self.width() - 16, height)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.setPen(QColor(theme.TEXT if first else theme.MUTED))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, name)
            room = max(line.width() - self._NAMES - self._FIGURES, 10)
            bar = QRectF(line.left() + self._NAMES, line.center().y() - 5, room * cost.loops / longest, 10)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.ACCENT if first else theme.MUTED))
            painter.drawRect(bar)
            figures = QRectF(bar.right() + 8, line.top(), self._FIGURES, height)
            painter.setPen(QColor(theme.TEXT))
            painter.drawText(figures, Qt.AlignmentFlag.AlignLeft | middle, cost_words(cost, milliseconds))
        painter.end()


class TradeOffPlot(PlotArea):
    """Error against loops for every threshold, with the present one and what ran."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolTip(self.tr(_CURVE_TIP))
        self._table: OperatingTable | None = None
        self._plot = quiet_plot(self.addPlot())
        for side, words in (
            ("bottom", self.tr("mean loops of new hands")),
            ("left", self.tr("error, % of hand")),
        ):
            style = {"color": theme.MUTED, "font-size": f"{theme.SMALL_FONT_SIZE}px"}
            self._plot.getAxis(side).setLabel(words, **style)
        self._line = pg.PlotDataItem(
            pen=pg.mkPen(theme.MUTED, width=1),
            symbol="o",
            symbolSize=4,
            symbolPen=None,
            symbolBrush=theme.MUTED,
        )
        self._present = pg.ScatterPlotItem(size=11, pen=None, brush=theme.ACCENT)
        dashed = pg.mkPen(theme.TEXT, style=Qt.PenStyle.DashLine)
        place = {"position": 0.06, "color": theme.MUTED, "anchors": [(0, 1), (0, 1)]}
        self._ran = pg.InfiniteLine(angle=90, pen=dashed, label=self.tr("as it ran"), labelOpts=place)
        self._ran.label.setFont(theme.font(theme.SMALL_FONT_SIZE))
        self._label = pg.TextItem(color=theme.TEXT, anchor=(0, 1))
        self._label.setFont(theme.font(theme.SMALL_FONT_SIZE))
        self._nothing = pg.TextItem(
            self.tr("Thresholds' errors are known\nwhile hands are tracked"), anchor=(0.5, 0.5)
        )
        self._nothing.setColor(theme.MUTED)
        self._nothing.setFont(theme.font(theme.SMALL_FONT_SIZE))
        for item in (self._line, self._ran, self._present, self._label, self._nothing):
            self._plot.addItem(item, ignoreBounds=True)
        self.explain(self._plot, self._point_at)
        self.show_table(None)

    def show_table(self, table: OperatingTable | None) -> None:
        """Show the curve of these operating points."""
        self._table = table
        for side in ("bottom", "left"):
            self._plot.showAxis(side, table is not None)
        self._nothing.setVisible(table is None)
        if table is None:
            self._line.setData([], [])
            self._plot.setRange(xRange=(-1, 1), yRange=(-1, 1), padding=0)
            return
        loops = np.array([point.mean_loops for point in table.points])
        errors = np.array([point.error_2d_percent for point in table.points])
        self._line.setData(loops, errors)
        margin = 0.15 * max(float(np.ptp(errors)), 0.01)
        self._plot.setXRange(loops.min() - 0.15, loops.max() + 0.15, padding=0)
        self._plot.setYRange(errors.min() - margin, errors.max() + margin, padding=0)

    def show_present(self, threshold: float, ran: float | None) -> None:
        """Mark the threshold in force, and the mean loops that ran, if any."""
        for item in (self._present, self._label):
            item.setVisible(self._table is not None)
        self._ran.setVisible(ran is not None and self._table is not None)
        if ran is not None:
            self._ran.setValue(ran)
        if self._table is not None:
            point = self._table.at(threshold)
            self._present.setData([point.mean_loops], [point.error_2d_percent])
            words = self.tr("at {threshold:.2f}: {error:.1f} %")
            self._label.setText(words.format(threshold=threshold, error=point.error_2d_percent))
            right = point.mean_loops > np.mean(self._plot.viewRange()[0])
            self._label.setAnchor((1 if right else 0, 1))
            self._label.setPos(point.mean_loops, point.error_2d_percent)

    def _point_at(self, loops: float, _: float) -> list[str]:
        """The threshold whose loops are nearest to the mouse, and what it is worth."""
        if self._table is None:
            return []
        point = min(self._table.points, key=lambda point: abs(point.mean_loops - loops))
        return [
            self.tr("threshold {threshold:.2f}").format(threshold=point.threshold),
            self.tr("{loops:.2f} loops, error {error:.2f} % of hand").format(
                loops=point.mean_loops, error=point.error_2d_percent
            ),
        ]

    def _draw_values(self) -> None:
        """Nothing: it changes when it is told."""


def cost_words(cost: Cost, milliseconds: float | None) -> str:
    """Such as "≥ 1.46 loops, 4.2 ms"."""
    more = "≥ " if cost.at_least else ""
    if milliseconds is None:
        words = translate("WhatIfView", "{loops:.2f} loops")
    else:
        words = translate("WhatIfView", "{loops:.2f} loops, {ms:.1f} ms")
    return more + words.format(loops=cost.loops, ms=milliseconds)


def _segment(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setObjectName("segment")
    button.setFont(theme.font(theme.SMALL_FONT_SIZE))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
