# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of measures, and how the keyboard walks through it."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from app import theme


class MeasuresTable(QTableWidget):
    """A quiet table that can be walked through with the keyboard; Space ticks a row."""

    copy_asked = pyqtSignal()

    own_keys = frozenset(
        {Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
    )

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__(rows, columns)
        self.setObjectName("measures")
        self.setFont(theme.font(theme.SMALL_FONT_SIZE))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMinimumSize(270, 90)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for header in (self.verticalHeader(), self.horizontalHeader()):
            assert header is not None
            header.setFont(theme.font(theme.SMALL_FONT_SIZE))
            header.setHighlightSections(False)
        vertical = self.verticalHeader()
        if vertical is not None:
            vertical.hide()
            vertical.setDefaultSectionSize(20)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Copy all of it: by itself Qt would copy a single cell."""
        if event is not None and event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)

    def add_heading(self, words: str) -> None:
        """Add a row with words across all columns."""
        row = self.rowCount()
        self.insertRow(row)
        item = QTableWidgetItem(words)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFont(theme.font(theme.SMALL_FONT_SIZE, bold=True))
        self.setItem(row, 0, item)
        self.setSpan(row, 0, 1, self.columnCount())
