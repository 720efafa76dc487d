# SPDX-License-Identifier: GPL-3.0-or-later
"""What the running plots have in common: quiet axes, values under the mouse, and a limited redraw rate."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPen, QWheelEvent
from PyQt6.QtWidgets import QWidget

from app import theme
from app.history import TimeHistory
from app.views.read_out import ReadOut
from app.views.recolouring import recolour
from app.words import translate

REDRAW_HZ = 15.0
"""Redraws a second: a plot of many seconds is not read faster, and each costs milliseconds."""
_AT_END = 0.01
"""Seconds from the end of a plot within which a cursor is not drawn."""
_TICK_WIDTH = 36
"""Pixels from one moment's name to the next."""


Words = Callable[[float, float], Sequence[str]]
"""The values at a place of a plot, line by line, in the units of its axes; none where nothing is known."""
TimedWords = Callable[[float, float, int], Sequence[str]]
"""The same of a moment of the source in seconds, a height, and the number of the part that it is in."""


class PlotArea(pg.GraphicsLayoutWidget):
    """A place for plots that follow time by themselves, so that the mouse moves nothing in them.

    A click goes to the moment that was clicked, and the values under the mouse stand beside it. A subclass
    must not call a method `clear`: pyqtgraph puts one that removes all plots in its place.
    """

    moment_asked = pyqtSignal(float)
    """The moment of the source that was clicked, seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        pg.setConfigOptions(background=theme.PANEL, foreground=theme.MUTED, antialias=False)
        super().__init__(parent)
        self.setBackground(theme.PANEL)
        self.setFrameShape(self.Shape.NoFrame)
        self.ci.layout.setContentsMargins(10, 6, 14, 6)
        self.ci.layout.setSpacing(10)
        self.setMinimumSize(200, 130)
        # No plot here has a menu, and to make them takes as long as all the rest of a plot.
        self.addPlot = functools.partial(self.ci.addPlot, enableMenu=False)
        # The background fills it, so that nothing below needs to be painted at each change.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Files that are dropped here are the window's.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self._palette = theme.current()
        self._timed: list[_Timed] = []
        self._explained: list[tuple[pg.PlotItem, Words]] = []
        self._mouse: QPointF | None = None
        self._read_out = ReadOut(self.viewport())
        self._redrawn = 0.0
        self._interval = 1 / REDRAW_HZ

    def set_redraw_rate(self, hertz: float) -> None:
        """Redraw at most so often a second from now on."""
        self._interval = 1 / hertz

    def redraw_if_due(self) -> None:
        """Redraw unless that was done a moment ago."""
        if time.monotonic() - self._redrawn >= self._interval:
            self.redraw()

    def redraw(self) -> None:
        """Bring the plots, their cursors and what is said under the mouse up to date with the values."""
        self._redrawn = time.monotonic()
        self._draw_values()
        self.show_cursors()
        self._show_values()

    def _draw_values(self) -> None:
        """Bring the plots up to date with the values; a subclass says how."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Take the colours of the theme; a subclass adds those that it made itself.

        Pens, brushes and words that have a colour of the palette before get the one of the same name.
        """
        self.setBackground(theme.PANEL)
        recolour(self.scene().items(), self._palette, theme.current())
        self._palette = theme.current()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Follow a change of theme."""
        super().changeEvent(event)
        changed = event is not None and event.type() == QEvent.Type.StyleChange
        closed = getattr(self, "closed", False)  # then its plots are gone
        if changed and not closed and getattr(self, "_palette", theme.current()) is not theme.current():
            self.restyle()
            self.redraw()

    def follow(
        self,
        plot: pg.PlotItem,
        history: TimeHistory,
        words: TimedWords,
        ends: Callable[[], Sequence[float]] = lambda: (0.0,),
    ) -> None:
        """Have a cursor in a plot of time where its history is, and go to where it is clicked.

        words: what is said of the values under the mouse. ends: where on the axis the history's end is, for
        each of the parts that stand side by side.
        """
        timed = _Timed(plot, history, words, ends)
        self._timed.append(timed)
        self.explain(plot, timed.words_at)
        self.show_cursors()

    def explain(self, plot: pg.PlotItem, words: Words) -> None:
        """Say the values under the mouse in a plot."""
        self._explained.append((plot, words))

    def values_at(self, point: QPointF) -> list[str]:
        """What is said of the values at a place of the widget."""
        at = self.mapToScene(point.toPoint())
        for plot, words in self._explained:
            place = _place_in(plot, at)
            if place is not None:
                return list(words(place.x(), place.y()))
        return []

    def show_cursors(self) -> None:
        """Put every cursor where its history is; at the end of the window it needs none."""
        for timed in self._timed:
            timed.show_cursors()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go to the moment that is clicked, and on with the mouse."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Say the values under the mouse; go along with it while its button is held."""
        if event is None:
            return
        self._mouse = event.position()
        self._show_values()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Say no more values."""
        super().leaveEvent(event)
        self._mouse = None
        self._show_values()

    def _show_values(self) -> None:
        if self._mouse is None:
            self._read_out.hide()
        else:
            self._read_out.show_lines(self.values_at(self._mouse), self._mouse)

    def _go_to(self, point: QPointF) -> None:
        at = self.mapToScene(point.toPoint())
        for timed in self._timed:
            moment = timed.moment_at(at)
            if moment is not None:
                self.moment_asked.emit(moment)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Leave the wheel to what lies around the plot."""
        if event is not None:
            event.ignore()


class _Timed:
    """A plot whose x axis is time: where its cursor is, and which moment lies where."""

    def __init__(
        self,
        plot: pg.PlotItem,
        history: TimeHistory,
        words: TimedWords,
        ends: Callable[[], Sequence[float]],
    ) -> None:
        self._plot, self._words, self._ends = plot, words, ends
        self.history = history
        self.lines: list[pg.InfiniteLine] = []

    def show_cursors(self) -> None:
        behind = self.history.end - self.history.cursor
        ends = self._ends() if behind > _AT_END else ()
        while len(self.lines) < len(ends):
            line = pg.InfiniteLine(angle=90, pen=pg.mkPen(theme.TEXT, width=1), movable=False)
            line.setZValue(20)
            self._plot.addItem(line, ignoreBounds=True)
            self.lines.append(line)
        for number, line in enumerate(self.lines):
            line.setVisible(number < len(ends))
            if number < len(ends):
                line.setValue(ends[number] - behind)

    def moment_at(self, at: QPointF) -> float | None:
        """The moment at a place of the scene; None outside the plot, and where nothing is known."""
        place = _place_in(self._plot, at)
        return None if place is None or not len(self.history) else self._moment(place.x())[0]

    def words_at(self, x: float, y: float) -> list[str]:
        """The moment at a place of the axes, and the values there; nothing where none is known."""
        if not len(self.history):
            return []
        moment, part = self._moment(x)
        words = self._words(moment, y, part)
        ago = self.history.end - moment
        when = translate("Plots", "now") if ago < _AT_END / 2 else f"\N{MINUS SIGN}{ago:.2f} s"
        return [when, *words] if words else []

    def _moment(self, x: float) -> tuple[float, int]:
        """The moment at a place of the axis, and the number of the part that it is in."""
        ends = list(self._ends())
        part = next((number for number, end in enumerate(ends) if x <= end), len(ends) - 1)
        behind = min(max(x - ends[part], -self.history.seconds), 0.0)
        return self.history.end + behind, part


def _place_in(plot: pg.PlotItem, at: QPointF) -> QPointF | None:
    """Where in the axes of a plot a place of the scene is; None outside it, and while it is not shown."""
    view = plot.getViewBox()
    if plot.scene() is None or not view.sceneBoundingRect().contains(at):
        return None
    return view.mapSceneToView(at)


class RunningCurve(pg.PlotCurveItem):
    """A curve in a plot of fixed range; to measure it at each change would cost more than to draw it."""

    def boundingRect(self) -> QRectF:  # noqa: N802
        """The whole plot."""
        view = self.getViewBox()
        return QRectF() if view is None else view.viewRect()


def quiet_plot(plot: pg.PlotItem) -> pg.PlotItem:
    """The plot with quiet axes and without buttons."""
    plot.hideButtons()
    plot.setMouseEnabled(False, False)
    for side in ("bottom", "left"):
        style_axis(plot.getAxis(side))
    return plot


def time_plot(plot: pg.PlotItem, seconds: float) -> pg.PlotItem:
    """A quiet plot whose x axis shows the last so many seconds up to now."""
    quiet_plot(plot)
    plot.setXRange(-seconds, 0, padding=0)
    view = plot.getViewBox()
    view.sigResized.connect(lambda: plot.getAxis("bottom").setTicks([time_ticks(seconds, view.width())]))
    plot.getAxis("bottom").setTicks([time_ticks(seconds, 6 * _TICK_WIDTH)])
    return plot


def time_ticks(seconds: float, width: float) -> list[tuple[float, str]]:
    """Round moments of the last so many seconds, as many as have room in width pixels, six at most."""
    most = min(max(int(width / _TICK_WIDTH), 1), 6)
    step = next((step for step in (0.5, 1, 2, 5, 10, 20) if seconds / step <= most), 30)
    counts = range(1, int(seconds / step + 1e-6) + 1)
    return [(0, translate("Plots", "now")), *((-step * count, f"-{step * count:g} s") for count in counts)]


def style_axis(axis: pg.AxisItem) -> None:
    """Quiet ticks and small numbers."""
    axis.setStyle(tickFont=theme.font(theme.SMALL_FONT_SIZE), tickLength=-4, tickTextOffset=5)
    axis.setStyle(hideOverlappingLabels=False)
    axis.setPen(QPen(QColor(theme.BORDER)))
    axis.setTextPen(theme.MUTED)
    axis.enableAutoSIPrefix(False)
