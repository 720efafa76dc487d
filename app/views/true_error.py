# SPDX-License-Identifier: GPL-3.0-or-later
"""The true error beside the predicted uncertainty, for sources that know where the hands are."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QT_TRANSLATE_NOOP, Qt
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.error_history import ErrorHistory
from app.views.plot_style import PlotArea, RunningCurve, quiet_plot, time_plot
from app.views.value_label import NOTHING, ValueLabel
from app.words import name_of
from handtrack.hand import FrameResult
from handtrack.skeleton import FINGERS, JOINT_COUNT, JOINT_NAMES

_UNITS = {
    "mm": QT_TRANSLATE_NOOP("TrueErrorView", "3D, mm"),
    "px": QT_TRANSLATE_NOOP("TrueErrorView", "2D, px"),
}
_BAR_SECONDS = 1.0
"""Seconds over which a joint's bar is averaged: the error of a single frame cannot be read."""
_RANGES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 500, 1000)
_HEADROOM = 1.15
"""The topmost number of an axis needs some room above it."""
_MARK = 0.42
"""Half the width of the mark of a joint's sigma; joints are one apart."""
_TIP = QT_TRANSLATE_NOOP(
    "TrueErrorView",
    "Bars and line: how far the joints are from the true ones, per axis (root mean square).\n"
    "Marks and dashes: one predicted standard deviation per axis.\n"
    "The two are equal where the uncertainty is right.",
)
_SHARES_TIP = QT_TRANSLATE_NOOP(
    "TrueErrorView",
    "Share of coordinates that are off by at most one and two sigma, over the time shown.\n"
    "Errors that follow a normal distribution would give 68 % and 95 %.",
)


class TrueErrorView(QWidget):
    """The plots, and above them the shares inside sigma and the choice of unit."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots = TrueErrorPlots(seconds)
        self.plots.setToolTip(self.tr(_TIP))
        small = theme.font(theme.SMALL_FONT_SIZE)
        self.shares = ValueLabel(self._inside("100 %", "100 %"), small, Qt.AlignmentFlag.AlignLeft)
        self.shares.setToolTip(self.tr(_SHARES_TIP))
        self._unit = QComboBox()
        self._unit.addItems([self.tr(words) for words in _UNITS.values()])
        self._unit.setToolTip(
            self.tr("Error in space, at the palm length of the settings, or in the picture")
        )
        self._unit.setFont(small)
        self._unit.currentIndexChanged.connect(self._select_unit)
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 0)
        row.addWidget(self.shares)
        row.addStretch(1)
        row.addWidget(self._unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.plots, 1)
        self._show_shares()

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's errors."""
        self.plots.show_result(result)
        self._show_shares()

    def forget(self) -> None:
        """Forget all frames."""
        self.plots.forget()
        self._show_shares()

    def set_redraw_rate(self, hertz: float) -> None:
        """Redraw at most so often a second from now on."""
        self.plots.set_redraw_rate(hertz)

    def redraw(self) -> None:
        """Bring the plots up to date."""
        self.plots.redraw()

    def _select_unit(self, index: int) -> None:
        self.plots.select_unit(list(_UNITS)[index])
        self._show_shares()

    def _show_shares(self) -> None:
        shares = self.plots.history.shares_inside(self.plots.unit)
        one, two = (NOTHING, NOTHING) if shares is None else (f"{100 * share:.0f} %" for share in shares)
        self.shares.show_text(self._inside(one, two))

    def _inside(self, one: str, two: str) -> str:
        return self.tr("inside 1σ {one} · 2σ {two}").format(one=one, two=two)


class TrueErrorPlots(PlotArea):
    """Above, each joint's error as a bar with its sigma as a mark; below, both over time."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recorded = False  # whether it compares with the hands of a recording
        self.history = ErrorHistory(seconds)
        self.unit = "mm"
        self._top = {"joints": 0.0, "time": 0.0}
        self._joints = quiet_plot(self.addPlot(row=0, col=0))
        self._joints.setXRange(-0.7, JOINT_COUNT - 0.3, padding=0)
        self._joints.getAxis("bottom").setTicks([_finger_ticks()])
        self._joints.getAxis("bottom").setStyle(tickLength=0)
        self._bars = pg.BarGraphItem(
            x=np.arange(JOINT_COUNT), height=np.zeros(JOINT_COUNT), width=0.66, pen=None, brushes=_brushes()
        )
        self._joints.addItem(self._bars)
        self._marks = RunningCurve(pen=pg.mkPen(theme.TEXT, width=2), connect="pairs")
        self._joints.addItem(self._marks, ignoreBounds=True)
        self._time = time_plot(self.addPlot(row=1, col=0), seconds)
        self._error_curve = self._add_curve(pg.mkPen(theme.ACCENT, width=2))
        self._sigma_curve = self._add_curve(pg.mkPen(theme.TEXT, width=1, style=Qt.PenStyle.DashLine))
        self._legend = pg.TextItem(anchor=(0, 0), fill=pg.mkBrush(theme.veil()))
        self._legend.setFont(theme.font(theme.SMALL_FONT_SIZE))
        self._time.addItem(self._legend, ignoreBounds=True)
        self._show_legend()
        for plot in (self._joints, self._time):
            plot.getAxis("left").setWidth(44)
        self.ci.layout.setSpacing(2)
        self.ci.layout.setRowStretchFactor(0, 6)
        self.ci.layout.setRowStretchFactor(1, 5)
        self.follow(self._time, self.history.of(self.unit), self._errors_at)
        self.explain(self._joints, self._joint_at)
        self.redraw()

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's errors."""
        recorded = result.frame.truth is None
        if recorded != self._recorded:
            self._recorded = recorded
            self._show_legend()
        self.history.append(result)
        self.redraw_if_due()

    def select_unit(self, unit: str) -> None:
        """Show "mm" (in space) or "px" (in the picture)."""
        self.unit = unit
        self._top = dict.fromkeys(self._top, 0.0)
        self.redraw()

    def forget(self) -> None:
        """Forget all frames."""
        self.history.clear()
        self.redraw()

    def _draw_values(self) -> None:
        """Bring both plots up to date."""
        errors, sigmas = self.history.joints(self.unit, _BAR_SECONDS)
        self._adapt_range("joints", self._joints, np.concatenate([errors, sigmas]), 100)
        self._bars.setOpts(height=np.nan_to_num(errors))
        known = np.flatnonzero(np.isfinite(errors) & np.isfinite(sigmas))
        ends = np.column_stack([known - _MARK, known + _MARK]).ravel()
        self._marks.setData(ends, np.repeat(sigmas[known], 2), connect="pairs")
        times, errors, sigmas = self.history.frames(self.unit)
        # A single bad frame may leave the plot; it would press all others flat.
        self._adapt_range("time", self._time, np.concatenate([errors, sigmas]), 99)
        for curve, values in ((self._error_curve, errors), (self._sigma_curve, sigmas)):
            curve.setVisible(bool(np.isfinite(values).any()))
            if curve.isVisible():
                curve.setData(times - self.history.end, values, connect="finite")

    def restyle(self) -> None:
        """Take the colours of the theme."""
        super().restyle()
        self._bars.setOpts(brushes=_brushes())
        self._show_legend()

    def _errors_at(self, moment: float, _: float, __: int) -> list[str]:
        times, errors, sigmas = self.history.frames(self.unit)
        if not len(times):
            return []
        near = int(np.argmin(np.abs(times - moment)))
        return self._words_of(errors[near], sigmas[near])

    def _joint_at(self, x: float, _: float) -> list[str]:
        joint = min(max(round(x), 0), JOINT_COUNT - 1)
        errors, sigmas = self.history.joints(self.unit, _BAR_SECONDS)
        words = self._words_of(errors[joint], sigmas[joint])
        heading = self.tr("{joint}, last second").format(joint=name_of(JOINT_NAMES[joint]))
        return [heading, *words] if words else []

    def _words_of(self, error: float, sigma: float) -> list[str]:
        if not np.isfinite(error):
            return []
        off = (
            self.tr("difference {error:.1f} {unit}")
            if self._recorded
            else self.tr("true error {error:.1f} {unit}")
        )
        return [
            off.format(error=error, unit=self.unit),
            self.tr("predicted σ {sigma:.1f} {unit}").format(sigma=sigma, unit=self.unit),
        ]

    def _show_legend(self) -> None:
        words = self.tr("difference") if self._recorded else self.tr("true error")
        self._legend.setHtml(
            f"<span style='color: {theme.ACCENT}'>{words}</span> &nbsp; "
            f"<span style='color: {theme.TEXT}'>- - {self.tr('predicted σ')}</span>"
        )

    def _add_curve(self, pen: object) -> pg.PlotCurveItem:
        curve = RunningCurve(pen=pen)
        self._time.addItem(curve, ignoreBounds=True)
        return curve

    def _adapt_range(self, name: str, plot: pg.PlotItem, values: np.ndarray, percentile: float) -> None:
        """Move a plot's range by whole steps, and down only when far too wide, so that it stays put."""
        values = values[np.isfinite(values)]
        high = float(np.percentile(values, percentile)) if len(values) else 1.0
        top = self._top[name]
        if top * 0.4 < high <= top:
            return
        self._top[name] = top = float(next((step for step in _RANGES if step >= high), _RANGES[-1]))
        plot.setYRange(0, top * _HEADROOM, padding=0)
        plot.getAxis("left").setTicks([[(0, "0"), (top / 2, f"{top / 2:g}"), (top, f"{top:g} {self.unit}")]])
        if name == "time":
            self._legend.setPos(-self.history.seconds, top * _HEADROOM)


def _finger_ticks() -> list[tuple[float, str]]:
    # No room for the wrist's name beside the thumb's.
    return [(float(np.mean(joints)), name_of(name)) for name, joints in FINGERS.items()]


def _brushes() -> list[object]:
    return [pg.mkBrush(theme.joint_ink(joint)) for joint in range(JOINT_COUNT)]
