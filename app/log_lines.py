# SPDX-License-Identifier: GPL-3.0-or-later
"""The program's log, and what native libraries write to the error stream, for a view to show."""

from __future__ import annotations

import logging
import threading
from collections import deque

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from handtrack.native_lines import NativeLines
from handtrack.plain_text import printable

MOST_LINES = 1000
"""That are kept; older ones go."""
_LOOK_INTERVAL = 0.5
"""Seconds between two looks for new lines, so that a flood of them is one call of the view."""


class LogLines(QObject):
    """While entered, gathers log records and native lines, and emits them in the window's thread."""

    fresh = pyqtSignal(object)
    """list of new lines."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handler = _Gatherer()
        self._terminal: logging.Handler | None = None
        self._native = NativeLines()
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * _LOOK_INTERVAL))
        self._timer.timeout.connect(self.look)

    def __enter__(self) -> LogLines:
        """Begin to gather."""
        root = logging.getLogger()
        if not root.handlers and logging.lastResort is not None:
            # With any other handler Python would say nothing on the terminal any more.
            self._terminal = logging.lastResort
            root.addHandler(self._terminal)
        root.addHandler(self._handler)
        self._native.__enter__()
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Everything goes again where it went before."""
        self._timer.stop()
        self._native.__exit__(None, None, None)
        for handler in (self._handler, self._terminal):
            if handler is not None:
                logging.getLogger().removeHandler(handler)
        self._terminal = None

    def look(self) -> None:
        """Emit what came since the last look."""
        lines = [*self._handler.take(), *self._native.take()]
        if lines:
            self.fresh.emit(lines[-MOST_LINES:])


class _Gatherer(logging.Handler):
    """Keeps the newest records as lines until they are taken; may be called from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s  %(levelname)s  %(message)s", "%H:%M:%S"))
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._lock_lines = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            lines = [printable(line) for line in self.format(record).splitlines()]
        except Exception:
            self.handleError(record)
            return
        with self._lock_lines:
            self._lines.extend(lines)

    def take(self) -> list[str]:
        """The lines since the last call."""
        with self._lock_lines:
            lines = list(self._lines)
            self._lines.clear()
        return lines
