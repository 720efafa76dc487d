"""What native libraries write to the error stream of the process: gathered for a view, or sorted out."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import TextIO

from handtrack.plain_text import printable

logger = logging.getLogger(__name__)

_MOST_BYTES = 100_000
"""Of lines that are read at one look, and that the file may have before it begins anew."""

_BINARY = getattr(os, "O_BINARY", 0)  # of Windows, which else adds to the ends of lines

# The stream is the process's, so whoever turns it aside has it alone; one call may be within another.
_turning = threading.RLock()
_gathering = 0  # how many NativeLines have it
_for_remarks: tuple[int, int] | None = None  # as `_new_file` gives it; one for all, for they take turns


class NativeLines:
    """While entered, what native code writes to the error stream goes to a nameless file, read by `take`.

    A file rather than a pipe, and no thread: nobody who writes ever waits, whatever happens to the window.
    Python's own error stream still leads to where it did. Where a file cannot be had, nothing changes.
    """

    def __init__(self) -> None:
        self._file: int | None = None
        self._before: int | None = None
        self._python: TextIO | None = None
        self._read = 0
        self._rest = b""

    def __enter__(self) -> NativeLines:
        """Turn the stream aside."""
        global _gathering
        with _turning:
            try:
                writer, reader = _new_file()
                self._before = _turn_to(writer)
                os.close(writer)
            except (OSError, AttributeError, ValueError):
                return self
            self._file = reader
            _gathering += 1
            # Of pytest and others: a stream that is not the one of the process stays theirs.
            if _leads_to_stream_2(sys.stderr):
                self._python, sys.stderr = sys.stderr, os.fdopen(os.dup(self._before), "w", buffering=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let it go again where it went."""
        global _gathering
        if self._before is None or self._file is None:
            return
        with _turning:
            if self._python is not None:
                sys.stderr.flush()
                sys.stderr, self._python = self._python, None
            _turn_back(self._before)
            _gathering -= 1
        os.close(self._file)
        self._file = self._before = None

    def take(self) -> list[str]:
        """The whole lines since the last call, the newest ones where they are very many."""
        if self._file is None:
            return []
        size = os.fstat(self._file).st_size
        if size == self._read:
            return []
        if size - self._read > _MOST_BYTES:
            self._read, self._rest = size - _MOST_BYTES, b""
        data = self._rest + _content(self._file, self._read, size - self._read)
        self._read = size
        if size > _MOST_BYTES:
            # Whoever writes appends, so the next line is at the beginning.
            os.ftruncate(2, 0)
            self._read = 0
        *whole, self._rest = data.split(b"\n")
        return [_readable(line) for line in whole if line.strip()]


@contextlib.contextmanager
def remarks_to_the_log(remark: re.Pattern[bytes]) -> Iterator[None]:
    """While entered, lines on the error stream that a pattern finds go to the log, for those who ask for it.

    The others follow when it is left, as they were; of a process that ends by force meanwhile they are lost,
    so it is for short calls of one library. Where `NativeLines` gathers all of them, they stay there. Other
    threads that turn the stream aside wait meanwhile.
    """
    global _for_remarks
    with contextlib.ExitStack() as turning:
        turning.enter_context(_turning)
        if _gathering:
            turning.close()  # nobody needs to wait
            yield
            return
        try:
            if _for_remarks is None:
                _for_remarks = _new_file()
            writer, reader = _for_remarks
            before = _turn_to(writer)
        except (OSError, AttributeError, ValueError):
            turning.close()
            yield
            return
        try:
            yield
        finally:
            _turn_back(before)
            written = _content(reader)
            os.ftruncate(writer, 0)
            _sort_out(written, remark)


def _sort_out(written: bytes, remark: re.Pattern[bytes]) -> None:
    for line in written.splitlines(keepends=True):
        found = remark.search(line)
        rest = line if found is None else line[: found.start()]  # of others, who had not ended their line
        if found is not None:
            logger.debug("%s", _readable(line[found.start() :].rstrip(b"\n")))
        if rest:
            with contextlib.suppress(OSError):
                os.write(2, rest)


def _readable(line: bytes) -> str:
    return printable(line.decode("utf-8", "replace").rstrip("\r"))


def _new_file() -> tuple[int, int]:
    """Handles of a new file without a name: one appends to it, one reads it. Raises OSError."""
    os.fstat(2)  # where it is closed, the file would take its number
    handle, name = tempfile.mkstemp(prefix="handtrack-lines-")
    os.close(handle)
    try:
        return os.open(name, os.O_WRONLY | os.O_APPEND | _BINARY), os.open(name, os.O_RDONLY | _BINARY)
    finally:
        # Windows keeps the name until its own cleaning.
        with contextlib.suppress(OSError):
            os.unlink(name)


def _content(reader: int, begin: int = 0, size: int = -1) -> bytes:
    with os.fdopen(os.dup(reader), "rb") as file:
        file.seek(begin)
        return file.read(size)


def _turn_to(writer: int) -> int:
    """Let stream 2 lead to a file; gives where it led. Raises OSError, AttributeError without a stream."""
    sys.stderr.flush()
    before = os.dup(2)
    os.dup2(writer, 2)
    return before


def _turn_back(before: int) -> None:
    if _leads_to_stream_2(sys.stderr):
        sys.stderr.flush()
    os.dup2(before, 2)
    os.close(before)


def _leads_to_stream_2(stream: TextIO) -> bool:
    try:
        return stream.fileno() == 2
    except (OSError, ValueError, AttributeError):
        return False
