# SPDX-License-Identifier: GPL-3.0-or-later
"""Loops per frame over the last seconds, how sure the gate was, and how often each number was used."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QT_TRANSLATE_NOOP, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QResizeEvent
from PyQt6.QtWidgets import QWidget

from app import theme
from app.history import TimeHistory
from app.model.deck import moment_of
from app.model.recorded_columns import SIDES, RecordedColumns
from app.views.plot_style import PlotArea, RunningCurve, quiet_plot, time_plot
from app.words import name_of
from handtrack.hand import FrameResult

_HANDS = SIDES
_MEAN_SECONDS = 1.0
_LONGEST_DASH = 0.2
"""Seconds that a frame's dash may be long where the next frame is far away."""
_MEAN_POINTS = 100
"""Points of the curve of means, which is smooth enough for few."""
_PERCENTAGE_WIDTH = 42
"""Pixels that "100 %" takes beside its bar."""
_LEFT_AXIS_WIDTH = 30
_TIP = QT_TRANSLATE_NOOP(
    "IterationsView",
    "Above: the loops that each hand used in each frame (dashes), and their mean over a second (lines).\n"
    "Below: how sure the gate was, after a hand's first loop, that it was done, 0 to 1. Where that is below\n"
    "the dashed threshold, the hand was refined further.\n"
    "At the right: the share of all hands shown that took 1, 2, .. loops.",
)
_WIDE = 280
"""Pixels of a view that has room for words below the bars."""
_LABEL_MARGINS = 8
"""Pixels that a text item has beside its text."""
_LABEL_ABOVE = 0.6
"""Thresholds below it have their label above the line."""
_APART = 0.09
"""Loops by which the dashes of the two hands are moved apart."""


class IterationsView(PlotArea):
    """A running plot of loops for each hand with their mean over a second, the gate below it, a histogram."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(self.tr(_TIP))
        self._history = TimeHistory(seconds, len(_HANDS))
        self._certainties = TimeHistory(seconds, len(_HANDS))
        self._maximum, self._threshold = 4, 0.5
        self._plot = time_plot(self.addPlot(row=0, col=0), seconds)
        self._plot.hideAxis("bottom")
        self._dashes = [self._add_curve(self._plot, name, 150, 2) for name in _HANDS]
        self._means = [self._add_curve(self._plot, name, 255, 2) for name in _HANDS]
        self._make_gate_strip(seconds)
        self._legend = _text(self._plot, (0, 0), theme.MUTED)
        self._histogram = quiet_plot(self.addPlot(row=0, col=1))
        for side in ("left", "bottom"):
            self._histogram.hideAxis(side)
        self._histogram.getViewBox().sigResized.connect(self._leave_room_for_percentages)
        size = f"{theme.SMALL_FONT_SIZE}px"
        self._shares_label = self.addLabel(
            self.tr("share of hands"), row=1, col=1, size=size, color=theme.MUTED
        )
        self._shares_label.setMaximumHeight(16)
        self._bars = pg.BarGraphItem(x0=[0], y=[1], width=[0], height=0.5, brush=theme.ACCENT, pen=None)
        self._histogram.addItem(self._bars)
        self._in_legend: tuple[str, ...] | None = None
        self._percentages: list[pg.TextItem] = []
        self.ci.layout.setSpacing(4)
        for index, (column, row) in enumerate(((5, 5), (2, 2))):
            self.ci.layout.setColumnStretchFactor(index, column)
            self.ci.layout.setRowStretchFactor(index, row)
        self._set_range()
        self.follow(self._plot, self._history, self._loops_at)
        self.follow(self._strip, self._certainties, self._certainty_at)
        self.redraw()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Leave the plot its share of a narrow view."""
        super().resizeEvent(event)
        # Qt sizes it before it is made, and after its plots are gone.
        if hasattr(self, "_shares_label") and not getattr(self, "closed", False):
            # An item that is hidden would keep its width.
            self._shares_label.setText(self.tr("share of hands") if self.width() >= _WIDE else "")

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's loops."""
        if result.max_iterations != self._maximum:
            self._maximum = result.max_iterations
            self._set_range()
        self._threshold = result.gate_threshold
        row, certain = np.full((2, len(_HANDS)), np.nan, dtype=np.float32)
        for column, name in enumerate(_HANDS):
            hands = [hand for hand in result.hands if hand.handedness == name]
            if hands:
                row[column] = sum(hand.iterations for hand in hands) / len(hands)
                firsts = [hand.trace[0].exit_probability for hand in hands if hand.trace]
                certain[column] = sum(firsts) / len(firsts) if firsts else np.nan
        self._history.append(moment_of(result.frame), row)
        self._certainties.append(moment_of(result.frame), certain)
        self.redraw_if_due()

    def show_recorded(self, recorded: RecordedColumns) -> None:
        """Know all frames of a session."""
        self._history.fill(recorded.moments, recorded.loops)
        self._certainties.fill(recorded.moments, recorded.certain)

    def forget(self) -> None:
        """Forget all frames."""
        self._history.clear()
        self._certainties.clear()
        self.redraw()

    def restyle(self) -> None:
        """Take the colours of the theme."""
        super().restyle()
        self._in_legend = None

    def mean_loops(self, seconds: float = _MEAN_SECONDS) -> float | None:
        """Mean number of loops of all hands in the last so many seconds, or None without a hand."""
        recent = self._history.since(seconds)
        seen = recent[np.isfinite(recent)]
        return float(seen.mean()) if seen.size else None

    def shares(self) -> np.ndarray:
        """Percentage (maximum,) of the hands seen that took 1, 2, .. loops."""
        values = self._history.values
        loops = np.rint(values[np.isfinite(values)]).astype(int)
        counts = np.bincount(loops, minlength=self._maximum + 1)[1 : self._maximum + 1]
        return 100.0 * counts / max(int(counts.sum()), 1)

    def _draw_values(self) -> None:
        """Bring the plot and the histogram up to date."""
        times, values = self._history.times, self._history.values
        for column in range(len(_HANDS)):
            self._redraw_hand(column, times, values[:, column])
        self._redraw_gate()
        self._show_legend()
        shares = self.shares()
        loops = np.arange(1, len(shares) + 1)
        self._bars.setOpts(x0=np.zeros(len(shares)), y=loops, width=shares, height=0.5)
        for number, (text, share) in enumerate(zip(self._percentages, shares, strict=True), start=1):
            text.setText(f"{share:.0f} %" if shares.any() else "")
            text.setPos(float(share), number)

    def _redraw_hand(self, column: int, times: np.ndarray, loops: np.ndarray) -> None:
        seen = np.isfinite(loops)
        for item in (self._dashes[column], self._means[column]):
            item.setVisible(bool(seen.any()))
        if not seen.any():
            return
        x = times - self._history.end
        starts, ends, levels = dashes(x, loops)
        self._dashes[column].setData(
            np.column_stack([starts, ends]).ravel(),
            np.repeat(levels + (_APART if column == 0 else -_APART), 2),
            connect="pairs",
        )
        mean = running_mean(times, loops, _MEAN_SECONDS)
        step = max(1, len(x) // _MEAN_POINTS)
        self._means[column].setData(x[::-step], mean[::-step], connect="finite")

    def _loops_at(self, moment: float, _: float, __: int) -> list[str]:
        return _of_hands(
            self._history.nearest(moment, _LONGEST_DASH),
            lambda loops: (self.tr("{loops:g} loop") if loops == 1 else self.tr("{loops:g} loops")).format(
                loops=loops
            ),
        )

    def _certainty_at(self, moment: float, _: float, __: int) -> list[str]:
        return _of_hands(
            self._certainties.nearest(moment, _LONGEST_DASH),
            lambda sure: self.tr("gate {sure:.2f}").format(sure=sure),
        )

    def _redraw_gate(self) -> None:
        times, certainties = self._certainties.times, self._certainties.values
        for item in (self._gate, self._gate_label):
            item.setVisible(len(times) > 0)
        self._gate.setValue(self._threshold)
        self._gate_label.setText(self._gate_words())
        # Above its line, or below it where there is no room above.
        self._gate_label.setAnchor((0, 1 if self._threshold < _LABEL_ABOVE else 0))
        self._gate_label.setPos(-self._certainties.seconds, self._threshold)
        for column, curve in enumerate(self._certain):
            values = certainties[:, column]
            curve.setVisible(bool(np.isfinite(values).any()))
            if curve.isVisible():
                curve.setData(times - self._certainties.end, values, connect="finite")

    def _gate_words(self) -> str:
        """As much as there is room for."""
        choice = (
            self.tr("gate after loop 1 · threshold {threshold:.2f}"),
            self.tr("gate · threshold {threshold:.2f}"),
            self.tr("gate {threshold:.2f}"),
        )
        texts = [words.format(threshold=self._threshold) for words in choice]
        metrics = QFontMetricsF(theme.font(theme.SMALL_FONT_SIZE))
        room = self._strip.getViewBox().width() - _LABEL_MARGINS
        return next((text for text in texts if metrics.horizontalAdvance(text) <= room), texts[-1])

    def _make_gate_strip(self, seconds: float) -> None:
        """The gate's probability, on an axis of its own: it is no number of loops."""
        self._strip = time_plot(self.addPlot(row=1, col=0), seconds)
        self._strip.setYRange(0, 1, padding=0.04)
        self._strip.getAxis("left").setTicks([[(0, "0"), (1, "1")]])
        for plot in (self._plot, self._strip):
            plot.getAxis("left").setWidth(_LEFT_AXIS_WIDTH)
        self._gate = pg.InfiniteLine(angle=0, pen=pg.mkPen(theme.TEXT, style=Qt.PenStyle.DashLine))
        self._strip.addItem(self._gate, ignoreBounds=True)
        self._certain = [self._add_curve(self._strip, name, 255, 1) for name in _HANDS]
        self._gate_label = _text(self._strip, (0, 1), theme.TEXT)

    def _add_curve(self, plot: pg.PlotItem, hand: str, alpha: int, width: int) -> pg.PlotCurveItem:
        colour = QColor(theme.HAND_COLOURS[hand])
        colour.setAlpha(alpha)
        curve = RunningCurve(pen=pg.mkPen(colour, width=width))
        plot.addItem(curve, ignoreBounds=True)
        return curve

    def _leave_room_for_percentages(self) -> None:
        width = self._histogram.getViewBox().width()
        self._histogram.setXRange(0, 100 * width / max(width - _PERCENTAGE_WIDTH, 10), padding=0)

    def _set_range(self) -> None:
        loops = range(1, self._maximum + 1)
        self._plot.getAxis("left").setTicks([[(count, str(count)) for count in loops]])
        for plot in (self._plot, self._histogram):
            plot.setYRange(0.5, self._maximum + 0.7, padding=0)
        for text in self._percentages:
            self._histogram.removeItem(text)
        self._percentages = [_text(self._histogram, (0, 0.5), theme.MUTED) for _ in loops]
        self._legend.setPos(-self._history.seconds, self._maximum + 0.7)

    def _show_legend(self) -> None:
        shown = tuple(name for name, curve in zip(_HANDS, self._means, strict=True) if curve.isVisible())
        if shown != self._in_legend:
            self._in_legend = shown
            words = [_coloured(name) for name in shown]
            self._legend.setHtml(" &nbsp; ".join(words))


def _text(plot: pg.PlotItem, anchor: tuple[float, float], colour: str) -> pg.TextItem:
    item = pg.TextItem(color=colour, anchor=anchor, fill=pg.mkBrush(theme.veil()))
    item.setFont(theme.font(theme.SMALL_FONT_SIZE))
    plot.addItem(item, ignoreBounds=True)
    return item


def _coloured(side: str) -> str:
    return f"<span style='color: {theme.HAND_COLOURS[side]}'>{name_of(side)}</span>"


def _of_hands(row: np.ndarray | None, words: Callable[[float], str]) -> list[str]:
    """A line for each hand that has a value."""
    values = {} if row is None else dict(zip(_HANDS, row.tolist(), strict=True))
    return [f"{_coloured(name)} {words(value)}" for name, value in values.items() if np.isfinite(value)]


def dashes(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts, ends and values of the stretches over which values (N,) stay the same; NaN leaves a gap.

    One dash for a stretch instead of one for each of its frames: it is the number of dashes that costs.
    """
    ends = np.append(np.minimum(times[1:], times[:-1] + _LONGEST_DASH), times[-1:])
    goes_on = (values[1:] == values[:-1]) & (times[1:] <= ends[:-1])
    first = np.concatenate([[True], ~goes_on])[: len(values)]
    last = np.concatenate([~goes_on, [True]])[: len(values)]
    shown = np.isfinite(values)
    return times[first & shown], ends[last & shown], values[first & shown]


def running_mean(times: np.ndarray, values: np.ndarray, seconds: float) -> np.ndarray:
    """Mean of the finite values (N,) over the last so many seconds; NaN where there is no value."""
    finite = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(finite, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(finite)])
    first = np.searchsorted(times, times - seconds, side="right")
    last = np.arange(1, len(times) + 1)
    means = (sums[last] - sums[first]) / np.maximum(counts[last] - counts[first], 1)
    return np.where(finite, means, np.nan)
