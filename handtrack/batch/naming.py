"""Which folder each source's session has: the same in every run, whatever other sources there are."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from handtrack.batch.outcome import Outcome, read_origin

_MOST_BYTES: Final = 200
"""Of a folder's name; file systems take 255."""


class SessionNames:
    """Names sessions after their sources' files; of those of one name, all but the first get a number.

    The number is made from the source's path. A folder that holds another source's session, or anything else,
    is left alone, and a source whose session is there keeps its folder. Of each source some dozens of bytes
    are kept in memory.
    """

    def __init__(self, out_dir: Path) -> None:
        self._out_dir = out_dir
        self._claimed: dict[int, int] = {}

    def place(self, source: str) -> tuple[Path, Outcome | None] | None:
        """Folder of a source's session, and what was made there; None if the source was given before."""
        mine = digest(source)
        plain = _plain_name(source)
        numbered = f"{plain or 'session'}-{mine:016x}"[: len(plain or "session") + 13]
        for name in (plain, numbered):
            if self._claimed.get(_key(name)) == mine:
                return None
        if plain and _key(plain) not in self._claimed:
            folder = self._out_dir / plain
            made = read_origin(folder)
            ours = made is not None and made.source == source
            if ours or not (os.path.lexists(folder) or os.path.lexists(self._out_dir / numbered)):
                self._claimed[_key(plain)] = mine
                return folder, made
        self._claimed[_key(numbered)] = mine
        folder = self._out_dir / numbered
        return folder, read_origin(folder)


def digest(text: str) -> int:
    """A number of 64 bits that stands for a text."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def _key(name: str) -> int:
    # Some file systems take names that differ in their letters' case alone for one.
    return digest(name.casefold())


def _plain_name(source: str) -> str:
    """A folder's name after a source, "" where its own would not do."""
    name = Path(source).stem
    # What begins with a dot is hidden, or ours; a long name is cut, and then not the source's own.
    fits = len(os.fsencode(name)) <= _MOST_BYTES
    return name if fits and not name.startswith((".", "summary.")) else ""
