# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of this run, to read and to copy."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.log_lines import MOST_LINES


class LogView(QWidget):
    """Shows the newest lines; follows them unless somebody has scrolled back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setMaximumBlockCount(MOST_LINES)
        self._text.setPlaceholderText(self.tr("Nothing was said yet."))
        self._text.setTabChangesFocus(True)
        for part in (self._text, self._text.viewport()):
            if part is not None:
                part.setAcceptDrops(False)  # what is dropped is the window's
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(theme.SMALL_FONT_SIZE)
        self._text.setFont(font)
        self.copy = QPushButton(self.tr("Copy all"))
        self.copy.setToolTip(self.tr("Copy the whole log as text"))
        self.copy.clicked.connect(self._copy)
        self.empty = QPushButton(self.tr("Empty"))
        self.empty.setToolTip(self.tr("Throw away what stands here"))
        self.empty.clicked.connect(self._text.clear)
        buttons = QVBoxLayout()
        for button in (self.copy, self.empty):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 10)
        row.addWidget(self._text, 1)
        row.addLayout(buttons)

    @property
    def lines(self) -> list[str]:
        """What is shown."""
        text = self._text.toPlainText()
        return text.split("\n") if text else []

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(600, 130)

    def add(self, lines: Sequence[str]) -> None:
        """Add lines at the end."""
        self._text.appendPlainText("\n".join(lines))

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._text.toPlainText())
