"""Files that nobody vouches for, read only after a look at what they are and how large."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_NO_FILE = "it is no regular file but a device, a pipe or the like"


class UnfitFileError(OSError):
    """A path leads to no regular file, or to a larger one than such a file ever is; `strerror` says which."""


def check_size(path: Path, most_bytes: int) -> int:
    """Size in bytes of a regular file of at most most_bytes.

    For files that a library reads by itself. Raises UnfitFileError for a larger one and for devices, pipes
    and the like, which may never end or block for ever, and OSError where there is nothing.
    """
    found = os.stat(path)
    if stat.S_ISDIR(found.st_mode):
        raise UnfitFileError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise UnfitFileError(errno.EINVAL, _NO_FILE, str(path))
    if found.st_size > most_bytes:
        raise _too_large(path, most_bytes)
    return found.st_size


def read_limited(path: Path, most_bytes: int) -> bytes:
    """Content of a regular file of at most most_bytes. Raises as `check_size` does."""
    check_size(path, most_bytes)
    with path.open("rb") as file:
        # Not by its size alone: it may grow meanwhile, and some systems state none.
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise _too_large(path, most_bytes)
    return data


def read_text_limited(path: Path, most_bytes: int) -> str:
    """The same as text, UTF-8. Raises UnicodeDecodeError, a ValueError, where it is none."""
    return read_limited(path, most_bytes).decode("utf-8")


def file_states(folder: str | Path) -> Iterator[os.stat_result]:
    """What the system says of each file in a folder; of those that go meanwhile nothing.

    Raises OSError where the folder cannot be read.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                found = entry.stat()
            except FileNotFoundError:
                continue  # a link that leads nowhere, or just taken away: others may write here
            if stat.S_ISREG(found.st_mode):
                yield found


def _too_large(path: Path, most_bytes: int) -> UnfitFileError:
    return UnfitFileError(errno.EFBIG, f"it is larger than {most_bytes / 1e6:g} MB", str(path))
