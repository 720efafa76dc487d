# SPDX-License-Identifier: GPL-3.0-or-later
"""The program's log, and what native libraries write to the error stream, for a view to show."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
import threading
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from handtrack.plain_text import printable

MOST_LINES = 1000
"""That are kept; older ones go."""
_LOOK_INTERVAL = 0.5
"""Seconds between two looks for new lines, so that a flood of them is one call of the view."""
_MOST_BYTES = 100_000
"""Of native lines that are read at one look, and that the file may have before it begins anew."""


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


class NativeLines:
    """While entered, what native code writes to the error stream goes to a nameless file, read by `take`.

    A file rather than a pipe, and no thread: nobody who writes ever waits, whatever happens to the window.
    Python's own error stream still leads to where it did. Where a file cannot be had, nothing changes.
    """

    def __init__(self) -> None:
        self._file: io.BufferedReader | None = None
        self._before: int | None = None
        self._python: TextIO | None = None
        self._read = 0
        self._rest = b""

    def __enter__(self) -> NativeLines:
        """Turn the stream aside."""
        try:
            sys.stderr.flush()
            before = os.dup(2)
            self._file = _turn_aside()
        except (OSError, AttributeError, ValueError):
            return self
        self._before = before
        # Of pytest and others: a stream that is not the one of the process stays theirs.
        if _leads_to_stream_2(sys.stderr):
            self._python, sys.stderr = sys.stderr, os.fdopen(os.dup(before), "w", buffering=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let it go again where it went."""
        if self._before is None or self._file is None:
            return
        if self._python is not None:
            sys.stderr.flush()
            sys.stderr, self._python = self._python, None
        os.dup2(self._before, 2)
        os.close(self._before)
        self._file.close()
        self._file = self._before = None

    def take(self) -> list[str]:
        """The whole lines since the last call, the newest ones where they are very many."""
        if self._file is None:
            return []
        size = os.fstat(self._file.fileno()).st_size
        if size == self._read:
            return []
        if size - self._read > _MOST_BYTES:
            self._read, self._rest = size - _MOST_BYTES, b""
        self._file.seek(self._read)
        data = self._rest + self._file.read(size - self._read)
        self._read = size
        if size > _MOST_BYTES:
            # Whoever writes appends, so the next line is at the beginning.
            os.ftruncate(2, 0)
            self._read = 0
        *whole, self._rest = data.split(b"\n")
        return [printable(line.decode("utf-8", "replace").rstrip("\r")) for line in whole if line.strip()]


def _turn_aside() -> io.BufferedReader:
    """Let stream 2 append to a new file; gives a reader with a place of its own. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix="handtrack-lines-")
    os.close(handle)
    try:
        reader = Path(name).open("rb")  # noqa: SIM115
        writer = os.open(name, os.O_WRONLY | os.O_APPEND)
        os.dup2(writer, 2)
        os.close(writer)
    finally:
        # Nameless from now on; Windows keeps the name until its own cleaning.
        with contextlib.suppress(OSError):
            os.unlink(name)
    return reader


def _leads_to_stream_2(stream: TextIO) -> bool:
    try:
        return stream.fileno() == 2
    except (OSError, ValueError, AttributeError):
        return False
