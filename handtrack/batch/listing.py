"""The sources of a run: those that are named, and those that a file lists."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from handtrack.batch.making import has_no_end
from handtrack.errors import ConfigError
from handtrack.sessions.folder import reason
from handtrack.sources.own_names import DEMO_CLIP


class SourceList:
    """Sources by absolute path, as often as they are asked for; a list of any length takes no memory.

    named: as a person wrote them. listed: a text file with one on each line; empty lines are passed over, and
    relative paths begin where the program was started. Raises ConfigError where the file cannot be read.
    """

    def __init__(self, named: Sequence[str], listed: Path | None = None) -> None:
        self._named = named
        self._listed = listed
        if listed is not None and not listed.is_file():
            what = "is no file" if listed.exists() else "does not exist"
            raise ConfigError(f"the list {listed} {what}; name a text file with one source on each line")
        self.count = sum(1 for _ in self)
        if not self.count:
            raise ConfigError(f"the list {listed} is empty; write one source on each line")

    def __iter__(self) -> Iterator[str]:
        yield from map(_absolute, self._named)
        if self._listed is None:
            return
        try:
            with self._listed.open(encoding="utf-8", errors="surrogateescape") as lines:
                yield from (_absolute(text) for line in lines if (text := line.rstrip("\r\n")).strip())
        except OSError as error:
            raise ConfigError(f"the list {self._listed} cannot be read: {reason(error)}") from None


def _absolute(source: str) -> str:
    if source == DEMO_CLIP or has_no_end(source) or "://" in source or not source.strip():
        return source
    return os.path.abspath(os.path.expanduser(source))
