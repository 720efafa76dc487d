# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders that are dropped anywhere on the window."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QMimeData, QObject, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QWidget


class DropTarget(QObject):
    """Makes a window take one file or folder, on whichever of its views it is dropped."""

    dropped = pyqtSignal(str)
    """The path."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take drags that bring a local path."""
        if isinstance(event, QDragEnterEvent):
            if _path(event.mimeData()):
                event.acceptProposedAction()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            path = _path(event.mimeData())
            if path:
                event.acceptProposedAction()
                self.dropped.emit(path)
            return True
        return super().eventFilter(watched, event)


def _path(data: QMimeData | None) -> str:
    """The first local path that is brought, or ""."""
    urls = [] if data is None else data.urls()
    return next((url.toLocalFile() for url in urls if url.isLocalFile()), "")
