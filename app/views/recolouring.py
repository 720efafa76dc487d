# SPDX-License-Identifier: GPL-3.0-or-later
"""Plots that were drawn in the colours of one palette get those of another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QBrush, QColor, QPen

from app.palettes import Palette


def recolour(items: Iterable[object], before: Palette, after: Palette) -> None:
    """Give pens, brushes and words of pyqtgraph items the colour of the same name in another palette.

    Colours that the palette before does not have, such as those of fingers, stay; so does transparency.
    """
    names = [(name, value) for name, value in dataclasses.asdict(before).items() if isinstance(value, str)]
    # Where two names share a colour the first one counts.
    colours = {value: getattr(after, name) for name, value in reversed(names)}

    def other(colour: QColor) -> QColor:
        changed = QColor(colours.get(colour.name(), colour.name()))
        changed.setAlpha(colour.alpha())
        return changed

    for item in items:
        if isinstance(item, pg.AxisItem):
            item.setPen(_pen(item.pen(), other))
            item.setTextPen(_pen(item.textPen(), other))
        elif isinstance(item, pg.PlotDataItem):
            item.setPen(_pen(pg.mkPen(item.opts["pen"]), other))
            item.setSymbolBrush(_brush(pg.mkBrush(item.opts["symbolBrush"]), other))
        elif isinstance(item, pg.ScatterPlotItem):
            item.setBrush(_brush(pg.mkBrush(item.opts["brush"]), other))
        elif isinstance(item, pg.LabelItem):
            item.setText(item.text, color=other(pg.mkColor(item.opts["color"] or before.muted)).name())
        elif isinstance(item, pg.PlotCurveItem):
            item.setPen(_pen(pg.mkPen(item.opts["pen"]), other))
        elif isinstance(item, pg.InfiniteLine):
            item.setPen(_pen(item.pen, other))
        elif isinstance(item, pg.BarGraphItem):
            if item.opts["brush"] is not None:
                item.setOpts(brush=_brush(pg.mkBrush(item.opts["brush"]), other))
        elif isinstance(item, pg.TextItem):
            item.fill = _brush(item.fill, other)
            item.setColor(other(item.color))
            item.update()


def _pen(pen: QPen, other: Callable[[QColor], QColor]) -> QPen:
    changed = QPen(pen)
    changed.setColor(other(pen.color()))
    return changed


def _brush(brush: QBrush, other: Callable[[QColor], QColor]) -> QBrush:
    if brush.style() == Qt.BrushStyle.NoBrush:
        return brush
    return pg.mkBrush(other(brush.color()))
