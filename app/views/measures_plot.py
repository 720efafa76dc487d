# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of the hands over the last seconds, one plot for each unit that is in use."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

from app import theme
from app.model.measures import SIDES, MeasuresHistory
from app.views.plot_style import PlotArea, RunningCurve, time_plot
from app.words import name_of
from handtrack.measures import MEASURES
from handtrack.skeleton import FINGERS

_UNITS = tuple(dict.fromkeys(measure.unit for measure in MEASURES))
_HOLD = 0.2
"""Seconds around the mouse in which a frame is looked for."""
_INK_JOINTS = tuple(joints[0] for joints in FINGERS.values())
_STEPS = (1, 2, 5, 10, 20, 30, 45, 60, 90, 100, 200, 500, 1000)
_AXIS_WIDTH = 56
_SEAM = 180.0
"""Degrees that no joint turns by from one frame to the next: there an angle went round."""
_SHORT_UNITS = {"% of palm": "%"}


class MeasuresPlot(PlotArea):
    """The left hand's curves are dashed; each measure has one colour."""

    def __init__(self, history: MeasuresHistory) -> None:
        super().__init__()
        self._history = history
        self._signs = np.ones(len(MEASURES))
        self.colours: dict[int, QColor] = {}
        seconds = history.joints.seconds
        self._plots = {unit: time_plot(pg.PlotItem(enableMenu=False), seconds) for unit in _UNITS}
        self._ranges: dict[str, tuple[float, float]] = dict.fromkeys(_UNITS, (0.0, 0.0))
        self._legends = {unit: _legend(plot) for unit, plot in self._plots.items()}
        self._curves: dict[tuple[int, int], pg.PlotCurveItem] = {}
        self._shown: list[str] = []
        self._nothing = pg.LabelItem(
            self.tr("Tick a row to plot it"), size=f"{theme.SMALL_FONT_SIZE}px", color=theme.MUTED
        )
        for unit, plot in self._plots.items():
            plot.getAxis("left").setWidth(_AXIS_WIDTH)
            plot.getViewBox().sigResized.connect(functools.partial(self._show_legend, unit))
            self.follow(plot, history.joints, functools.partial(self._words_at, unit))
        for row, item in enumerate((*self._plots.values(), self._nothing)):
            self.ci.addItem(item, row, 0)
        self.ci.layout.setSpacing(2)
        self._arrange([])

    def set_signs(self, signs: np.ndarray) -> None:
        """Multiply each measure (M,) by 1 or -1, as the picture is shown."""
        self._signs = signs

    def show_measures(self, numbers: Sequence[int]) -> None:
        """Plot these measures and no others."""
        for (number, _), curve in self._curves.items():
            self._plots[MEASURES[number].unit].removeItem(curve)
        self._curves.clear()
        self.colours = {
            number: theme.joint_ink(_INK_JOINTS[place % len(_INK_JOINTS)])
            for place, number in enumerate(numbers)
        }
        for number, colour in self.colours.items():
            for side in range(len(SIDES)):
                dashed = Qt.PenStyle.DashLine if SIDES[side] == "left" else Qt.PenStyle.SolidLine
                curve = RunningCurve(pen=pg.mkPen(colour, width=1.5 if side else 1, style=dashed))
                self._plots[MEASURES[number].unit].addItem(curve, ignoreBounds=True)
                self._curves[number, side] = curve
        self._arrange([unit for unit in _UNITS if any(MEASURES[number].unit == unit for number in numbers)])
        for unit in self._shown:
            self._show_legend(unit)

    def _draw_values(self) -> None:
        """Bring the curves up to date."""
        if not self._curves:
            return
        times, values = self._history.over_time()
        values = values * self._signs
        x = times - self._history.joints.end
        for unit in self._shown:
            numbers = self._numbers(unit)
            self._adapt_range(unit, values[:, :, numbers])
        for (number, side), curve in self._curves.items():
            seen = values[:, side, number]
            curve.setVisible(bool(np.isfinite(seen).any()))
            if curve.isVisible():
                if MEASURES[number].unit == "°":
                    seen = np.where(np.abs(np.diff(seen, append=seen[-1:])) > _SEAM, np.nan, seen)
                curve.setData(x, seen, connect="finite")

    def restyle(self) -> None:
        """Take the colours of the theme."""
        super().restyle()
        self.show_measures(list(self.colours))

    def _numbers(self, unit: str) -> list[int]:
        return [number for number in self.colours if MEASURES[number].unit == unit]

    def _arrange(self, units: list[str]) -> None:
        # Hidden, not taken out: what is in no scene is freed by Python's collector, its parts in any order,
        # and a plot's layout then touches those that are gone. A hidden one takes no room.
        self._shown = units
        for unit, plot in self._plots.items():
            plot.setVisible(unit in units)
            plot.getAxis("bottom").setStyle(showValues=[unit] == units[-1:])
        self._nothing.setVisible(not units)

    def _adapt_range(self, unit: str, values: np.ndarray) -> None:
        """Hold all values between round numbers, and stay there unless that is far too wide."""
        values = values[np.isfinite(values)]
        if not len(values):
            return
        low, high = np.percentile(values, (0.5, 99.5)).tolist()
        bottom, top = self._ranges[unit]
        if bottom <= low and high <= top and high - low > 0.3 * (top - bottom):
            return
        step = next((step for step in _STEPS if step >= (high - low) / 3), _STEPS[-1])
        bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
        top = max(top, bottom + step)
        if (bottom, top) == self._ranges[unit]:
            return
        self._ranges[unit] = bottom, top
        margin = 0.2 * (top - bottom)  # the legend stands above
        plot, short = self._plots[unit], _SHORT_UNITS.get(unit, unit)
        plot.setYRange(bottom - 0.05 * (top - bottom), top + margin, padding=0)
        plot.getAxis("left").setTicks([[(bottom, f"{bottom:g}"), (top, f"{top:g} {short}")]])
        self._legends[unit].setPos(-self._history.joints.seconds, top + margin)

    def _show_legend(self, unit: str) -> None:
        """Name the curves, and say what the dashes are where there is room for that."""
        words = [
            f"<span style='color: {self.colours[number].name()}'>{_name(number)}</span>"
            for number in self._numbers(unit)
        ]
        sides = self.tr("left - -, right \N{EM DASH}")
        key = f"<span style='color: {theme.MUTED}'>{sides}</span>"
        legend = self._legends[unit]
        legend.setHtml(" &nbsp; ".join([*words, key]))
        if legend.textItem.boundingRect().width() > self._plots[unit].getViewBox().width():
            legend.setHtml(" &nbsp; ".join(words))

    def _words_at(self, unit: str, moment: float, _: float, __: int) -> list[str]:
        values = self._history.at(moment, _HOLD)
        if values is None:
            return []
        lines = []
        for number in self._numbers(unit):
            for side, value in zip(SIDES, (values[:, number] * self._signs[number]).tolist(), strict=True):
                if math.isfinite(value):
                    name = f"<span style='color: {self.colours[number].name()}'>{_name(number)}</span>"
                    lines.append(
                        f"{name_of(side)} {name} {value:.1f} {name_of(unit)}".replace(" -", " \N{MINUS SIGN}")
                    )
        return lines


def _name(number: int) -> str:
    return f"{name_of(MEASURES[number].group)} {name_of(MEASURES[number].name)}"


def _legend(plot: pg.PlotItem) -> pg.TextItem:
    legend = pg.TextItem(anchor=(0, 0), fill=pg.mkBrush(theme.veil()))
    legend.setFont(theme.font(theme.SMALL_FONT_SIZE))
    legend.setZValue(10)
    plot.addItem(legend, ignoreBounds=True)
    return legend
