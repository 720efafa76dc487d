# SPDX-License-Identifier: GPL-3.0-or-later
"""One line on the recording: how long it is, and afterwards where it lies."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget


class RecordingLine(QLabel):
    """Elapsed time and frames while recording; then a link to the session folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("muted")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.linkActivated.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        self.show_ready()

    def show_ready(self) -> None:
        """Say that nothing is being recorded."""
        self.setText("Not recording")
        self.setToolTip("")

    def show_progress(self, seconds: float, frames: int, dropped: int) -> None:
        """Show a running recording."""
        self.setText(f"{elapsed(seconds)} · {frames} frames{_left_out(dropped)}")

    def show_saved(self, folder: Path, seconds: float, frames: int, dropped: int) -> None:
        """Show where an ended recording lies."""
        link = QUrl.fromLocalFile(str(folder)).toString(QUrl.ComponentFormattingOption.FullyEncoded)
        self.setText(
            f"Saved {elapsed(seconds)}, {frames} frames{_left_out(dropped)}: <a href='{link}'>open folder</a>"
        )
        self.setToolTip(str(folder))


def elapsed(seconds: float) -> str:
    """A duration as minutes and seconds, such as "02:05", with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _left_out(dropped: int) -> str:
    return f" ({dropped} left out)" if dropped else ""
