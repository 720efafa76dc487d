# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hands do, in figures: a table of the present ones, and those that are ticked over time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QSize, Qt
from PyQt6.QtGui import QColor, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.model.measures import SIDES, MeasuresHistory, palm_words
from app.views.elided_label import ElidedLabel
from app.views.measures_plot import MeasuresPlot
from app.views.measures_table import MeasuresTable
from app.words import name_of
from handtrack.hand import FrameResult
from handtrack.measures import MEASURES, RIGHTWARD_COLUMNS

if TYPE_CHECKING:
    from handtrack.sessions import Session

_TABLE_SECONDS = 0.25
"""Figures that change more often cannot be read."""
_PLOTTED_FIRST = "pinch_index_mm"
_NOTHING = "\N{EN DASH}"
_TIP = QT_TRANSLATE_NOOP(
    "MeasuresView",
    "Tick a row to plot it. ± is one standard deviation, where it follows from the joints' own σ.\n"
    "Flexion: 0° is straight. Spread: between neighbours, in the palm's plane; none of bent fingers.\n"
    "Palm turned: 0° faces the camera. Wrist: from the camera, right and down as the picture is shown, away.",
)


class MeasuresView(QWidget):
    """Keeps the joints of every frame, and computes only while it is seen."""

    def __init__(self, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = MeasuresHistory(seconds)
        self.plot = MeasuresPlot(self.history)
        self._session: Session | None = None
        self._signs = np.ones(len(MEASURES))
        self._filled = 0.0
        self._seen_before = False
        self._rows: dict[int, int] = {}
        self.table = self._make_table()
        self.palms, self.calibration = ElidedLabel(60), ElidedLabel(60)
        self.copy = QPushButton(self.tr("Copy as text"))
        self.copy.setToolTip(self.tr("Copy the table, with tabs between its columns (Ctrl+C)"))
        self.copy.setFont(theme.font(theme.SMALL_FONT_SIZE))
        self.copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.copy.clicked.connect(self.copy_text)
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self, self.copy_text)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._lay_out()
        self._show_ticked()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(720, 240)

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's hands."""
        self.history.append(result)
        if not self.isVisible():
            return
        self.plot.redraw_if_due()
        now = time.monotonic()
        if now - self._filled >= _TABLE_SECONDS:
            self._filled = now
            self.fill_table()

    def show_recorded(self, session: Session) -> None:
        """Know all frames of a session, as soon as the view is seen."""
        self._session = session
        if self.isVisible():
            self._take_session()

    def show_calibration(self, words: str) -> None:
        """Say what metres are worth."""
        self.calibration.setText(words)
        self.calibration.setToolTip(words)

    def set_mirrored(self, mirrored: bool) -> None:
        """Turn left and right over, as the picture is shown."""
        sign = -1 if mirrored else 1
        if self._signs[RIGHTWARD_COLUMNS[0]] == sign:
            return
        self._signs[list(RIGHTWARD_COLUMNS)] = sign
        self.plot.set_signs(self._signs)
        self.redraw()

    def set_redraw_rate(self, hertz: float) -> None:
        """Redraw at most so often a second from now on."""
        self.plot.set_redraw_rate(hertz)

    def forget(self) -> None:
        """Forget all frames."""
        self._session = None
        self.history.clear()
        self.redraw()

    def redraw(self) -> None:
        """Bring table and plot up to date, if they are seen."""
        if self.isVisible():
            self.fill_table()
            self.plot.redraw()

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Bring up to date what was not computed while the view was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._take_session()
        self.redraw()
        if not self._seen_before and self.ticked():
            # With its heading, so that what is plotted at first is in sight.
            self._seen_before = True
            heading = self.table.item(self._rows[self.ticked()[0]] - 1, 0)
            self.table.scrollToItem(heading, QAbstractItemView.ScrollHint.PositionAtTop)

    def fill_table(self) -> None:
        """Show the figures of the frame that came last."""
        palms = []
        for column, side in enumerate(SIDES, start=1):
            values, sigmas = self._now(side)
            for number, row in self._rows.items():
                item = self.table.item(row, column)
                assert item is not None
                item.setText(_words(number, values[number], sigmas[number]))
            faces = palm_words(values[3], values[4])
            if faces:
                palms.append(self.tr("{side} palm {faces}").format(side=name_of(side), faces=faces))
        self.palms.setText(" · ".join(palms))
        self.palms.setToolTip(self.palms.text())

    def text(self) -> str:
        """The table as lines with tabs; units stand in the second column."""
        lines = ["measure\tunit\t" + "\t".join(f"{side}\t{side} sigma" for side in SIDES)]
        figures = {side: self._now(side) for side in SIDES}
        for number, measure in enumerate(MEASURES):
            cells = [f"{measure.group} {measure.name}", measure.unit]
            for values, sigmas in figures.values():
                cells += [
                    "" if np.isnan(each[number]) else f"{each[number]:.2f}" for each in (values, sigmas)
                ]
            lines.append("\t".join(cells))
        return "\n".join(lines) + "\n"

    def copy_text(self) -> None:
        """Put the table on the clipboard."""
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.text())

    def changeEvent(self, event: object) -> None:  # noqa: N802
        """Follow a change of theme."""
        super().changeEvent(event)  # type: ignore[arg-type]
        if hasattr(self, "_rows") and self._rows:
            self._show_ticked()

    def _now(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        found = self.history.now(side)
        if found is None:
            nothing = np.full(len(MEASURES), np.nan)
            return nothing, nothing
        return found[0] * self._signs, found[1]

    def _take_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self.history.fill(session)

    def _make_table(self) -> QTableWidget:
        table = MeasuresTable(0, 1 + len(SIDES))
        table.setHorizontalHeaderLabels(["", *map(name_of, SIDES)])
        header = table.horizontalHeader()
        assert header is not None
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, 1 + len(SIDES)):
            side = table.horizontalHeaderItem(column)
            assert side is not None
            side.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setColumnWidth(column, 96)
        group = ""
        for number, measure in enumerate(MEASURES):
            heading = f"{name_of(measure.group).upper()}, {name_of(measure.unit)}"
            if heading != group:
                group = heading
                table.add_heading(heading)
            row = table.rowCount()
            table.insertRow(row)
            self._rows[number] = row
            name = QTableWidgetItem(name_of(measure.name))
            name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            first = measure.key == _PLOTTED_FIRST
            name.setCheckState(Qt.CheckState.Checked if first else Qt.CheckState.Unchecked)
            table.setItem(row, 0, name)
            for column in range(1, 1 + len(SIDES)):
                cell = QTableWidgetItem(_NOTHING)
                cell.setFlags(Qt.ItemFlag.ItemIsEnabled)
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, column, cell)
        table.copy_asked.connect(self.copy_text)
        table.itemChanged.connect(self._note_change)
        table.setToolTip(self.tr(_TIP))
        return table

    def _note_change(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self._show_ticked()

    def ticked(self) -> list[int]:
        """The measures that are plotted, by their numbers."""
        items = {number: self.table.item(row, 0) for number, row in self._rows.items()}
        checked = Qt.CheckState.Checked
        return [number for number, item in items.items() if item is not None and item.checkState() == checked]

    def _show_ticked(self) -> None:
        ticked = self.ticked()
        self.plot.show_measures(ticked)
        colours = self.plot.colours
        blocked = self.table.blockSignals(True)
        for number, row in self._rows.items():
            item = self.table.item(row, 0)
            if item is not None:
                item.setForeground(colours.get(number, QColor(theme.TEXT)))
        self.table.blockSignals(blocked)
        if self.isVisible():
            self.plot.redraw()

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setContentsMargins(12, 0, 12, 6)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.palms)
        words.addWidget(self.calibration)
        below.addLayout(words, 1)
        below.addWidget(self.copy)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setChildrenCollapsible(False)
        left = QWidget()
        beside = QVBoxLayout(left)
        beside.setContentsMargins(10, 0, 0, 0)
        beside.addWidget(self.table)
        sides.addWidget(left)
        sides.addWidget(self.plot)
        sides.setStretchFactor(0, 0)
        sides.setStretchFactor(1, 1)
        sides.setSizes([360, 600])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(sides, 1)
        layout.addLayout(below)


def _words(number: int, value: float, sigma: float) -> str:
    """Such as "18 ± 3"; the unit stands above."""
    if np.isnan(value):
        return _NOTHING
    digits = 1 if MEASURES[number].unit == "cm" else 0
    words = f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return words if np.isnan(sigma) else f"{words} ± {sigma:.{digits}f}"
