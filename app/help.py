# SPDX-License-Identifier: GPL-3.0-or-later
"""The two dialogs of the Help menu."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QMessageBox, QVBoxLayout, QWidget


def shortcut_rows(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    """(keys, what they do) of every action that has a shortcut."""
    native = QKeySequence.SequenceFormat.NativeText
    return [
        (action.shortcut().toString(native), (action.text() or "").rstrip("…"))
        for action in actions
        if not action.shortcut().isEmpty()
    ]


def show_shortcuts(parent: QWidget, actions: Sequence[QAction]) -> None:
    """List the keyboard shortcuts."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Keyboard shortcuts")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    for row, (keys, meaning) in enumerate(shortcut_rows(actions)):
        label = QLabel(keys)
        label.setObjectName("value")
        grid.addWidget(label, row, 0)
        grid.addWidget(QLabel(meaning), row, 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(20, 18, 20, 16)
    layout.setSpacing(14)
    layout.addLayout(grid)
    layout.addWidget(buttons)
    dialog.open()


def show_about(parent: QWidget) -> None:
    """Say what this is, which version, and under which licence."""
    try:
        number = version("handtrack")
    except PackageNotFoundError:
        number = "from a source folder"
    box = QMessageBox(parent)
    box.setWindowTitle("About handtrack")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setText(f"<b>handtrack</b> {number}")
    box.setInformativeText(
        "3D hands from one camera, with the uncertainty of every joint and the loops that each frame needed. "
        "The window is free software under the GNU General Public License, version 3 or later."
    )
    box.open()
