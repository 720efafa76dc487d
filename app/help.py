# SPDX-License-Identifier: GPL-3.0-or-later
"""The two dialogs of the Help menu."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QT_TRANSLATE_NOOP, Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from app.words import translate
from handtrack.version import __version__

_EVERYWHERE = (
    ("Tab", QT_TRANSLATE_NOOP("Help", "To the next control; Shift+Tab to the one before")),
    ("Space", QT_TRANSLATE_NOOP("Help", "Presses the control that has the keyboard")),
    ("Esc", QT_TRANSLATE_NOOP("Help", "Leaves full screen")),
)
_ROWS_OF_A_COLUMN = 24
"""As many as a small screen has room for."""
_MEANING_WIDTH = 225
"""Pixels of a line of what a key does; longer words take several."""


def shortcut_rows(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    """(keys, what they do) of every action that has a shortcut; several keys as "Left or [".

    A key that two of them have is the one's that can be used now.
    """
    native = QKeySequence.SequenceFormat.NativeText
    in_use = {key.toString(native) for action in actions if action.isEnabled() for key in action.shortcuts()}
    rows = []
    for action in actions:
        keys = [key.toString(native) for key in action.shortcuts()]
        keys = [key for key in keys if action.isEnabled() or key not in in_use]
        if keys:
            rows.append((translate("Help", " or ").join(keys), action.text().rstrip("…")))
    return rows


def shortcut_groups(bar: QMenuBar) -> list[tuple[str, list[tuple[str, str]]]]:
    """(title, rows) of every menu with shortcuts, and of the keys that are no menu's."""
    menus = {entry.text().replace("&", ""): entry.menu() for entry in bar.actions()}
    actions = {title: menu.actions() for title, menu in menus.items() if menu is not None}
    keys = {row[1]: row for row in shortcut_rows([action for group in actions.values() for action in group])}
    groups = [
        (title, [keys[text] for action in group if (text := action.text().rstrip("…")) in keys])
        for title, group in actions.items()
    ]
    everywhere = [
        (QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText), translate("Help", words))
        for key, words in _EVERYWHERE
    ]
    return [*(group for group in groups if group[1]), (translate("Help", "Everywhere"), everywhere)]


def show_shortcuts(parent: QWidget, bar: QMenuBar) -> QDialog:
    """List the keyboard shortcuts, menu by menu."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(translate("Menus", "Keyboard shortcuts"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    columns = QHBoxLayout()
    columns.setSpacing(28)
    grids: list[tuple[QGridLayout, int]] = []
    for title, rows in shortcut_groups(bar):
        free = (place for place, (_, row) in enumerate(grids) if row + len(rows) + 2 <= _ROWS_OF_A_COLUMN)
        place = next(free, None)
        if place is None:
            place = len(grids)
            grids.append((_column(columns), 0))
        grid, row = grids[place]
        grids[place] = grid, _fill(grid, row, title, rows)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(20, 18, 20, 16)
    layout.setSpacing(14)
    layout.addLayout(columns)
    layout.addWidget(buttons)
    dialog.open()
    return dialog


def _column(columns: QHBoxLayout) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setColumnStretch(2, 1)  # of nothing: keys stay beside what they do
    grid.setVerticalSpacing(5)
    held = QVBoxLayout()
    held.addLayout(grid)
    held.addStretch(1)
    columns.addLayout(held)
    return grid


def _fill(grid: QGridLayout, row: int, title: str, rows: Sequence[tuple[str, str]]) -> int:
    """Write a group below what is there; gives the next free row."""
    heading = QLabel(title.upper())
    heading.setObjectName("heading")
    if row:
        grid.setRowMinimumHeight(row, 10)
        row += 1
    grid.addWidget(heading, row, 0, 1, 2)
    for row, (keys, meaning) in enumerate(rows, start=row + 1):  # noqa: B020
        label = QLabel(keys)
        label.setObjectName("value")
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        said = QLabel(meaning)
        if said.sizeHint().width() > _MEANING_WIDTH:
            said.setWordWrap(True)
            said.setFixedSize(_MEANING_WIDTH, said.heightForWidth(_MEANING_WIDTH))
        grid.addWidget(said, row, 1)
    return row + 1


def show_about(parent: QWidget) -> None:
    """Say what this is, which version, and under which licence."""
    box = QMessageBox(parent)
    box.setWindowTitle(translate("Menus", "About handtrack"))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setText(f"<b>handtrack</b> {__version__}")
    box.setInformativeText(
        translate(
            "Help",
            "3D hands from one camera, with the uncertainty of every joint and the loops that each frame"
            " needed. The window is free software under the GNU General Public License, version 3 or later.",
        )
    )
    box.open()
