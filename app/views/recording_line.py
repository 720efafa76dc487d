# SPDX-License-Identifier: GPL-3.0-or-later
"""One line on the recording: how long it is and what was lost, and afterwards where it lies."""

from __future__ import annotations

import html
from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.values import RecordingProgress
from app.words import translate
from handtrack.plain_text import printable


class RecordingLine(QLabel):
    """Elapsed time and frames while recording; then a link to the session folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("muted")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.linkActivated.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        self.show_ready()

    def show_ready(self) -> None:
        """Say that nothing is being recorded."""
        self.setText(self.tr("Not recording"))
        self.setToolTip("")

    def show_recording(self, progress: RecordingProgress) -> None:
        """Show a recording that runs, or where an ended one lies."""
        frames = self.tr("{count} frames").format(count=progress.frames)
        if progress.active:
            if progress.total is not None:
                frames = self.tr("{count} of {total} frames, once through")
                frames = frames.format(count=progress.frames, total=progress.total)
            paused = self.tr("Paused") + " · " if progress.paused else ""
            self.setText(f"{paused}{elapsed(progress.seconds)} · {frames}{_lost(progress)}")
            return
        self.setToolTip(str(progress.folder))
        if progress.failed:
            words = self.tr("Recording failed; what was written before is readable: {link}")
            self.setText(words.format(link=_link(progress.folder)))
        elif not progress.frames:
            self.setText(self.tr("Nothing was recorded"))
        else:
            saved = self.tr("Saved {time}, {frames}").format(time=elapsed(progress.seconds), frames=frames)
            self.setText(f"{saved}{_lost(progress)}: {_link(progress.folder)}")


def _link(folder: Path) -> str:
    target = QUrl.fromLocalFile(str(folder)).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    return f"<a href='{target}'>{translate('RecordingLine', 'open folder')}</a>"


def elapsed(seconds: float) -> str:
    """A duration as minutes and seconds, such as "02:05", with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _lost(progress: RecordingProgress) -> str:
    return f" ({html.escape(printable('; '.join(progress.losses)))})" if progress.losses else ""
