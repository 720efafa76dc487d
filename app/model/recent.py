# SPDX-License-Identifier: GPL-3.0-or-later
"""The files, folders and sessions that were shown lately, with a small picture of each."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handtrack.resources import written_whole
from handtrack.sessions.folder import MANIFEST_NAME

log = logging.getLogger(__name__)

MOST = 8
"""Sources that are remembered."""
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class RecentSource:
    """A source that was shown and is still there. picture: a JPEG of it, if one was kept."""

    path: Path
    picture: Path | None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.name or str(self.path)

    @property
    def is_session(self) -> bool:
        """Whether it is a recorded session."""
        return (self.path / MANIFEST_NAME).is_file()


class RecentSources:
    """The list, newest first; kept in a folder, or with None only as long as the program runs.

    What cannot be read or written there is as if it had never been: nothing depends on it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._paths: list[str] = [] if folder is None else _read(folder / "recent.json")

    def entries(self) -> list[RecentSource]:
        """Those that are there; one that vanished, as on a disk that is not plugged in, may come back."""
        found = []
        for path in map(Path, self._paths):
            picture = self.picture_file(path)
            try:
                if path.exists():
                    known = picture is not None and picture.is_file()
                    found.append(RecentSource(path, picture if known else None))
            except OSError:
                continue
        return found

    def add(self, spec: str | int | Path) -> Path | None:
        """Put a source first; gives its path, or None for what is no file or folder (a camera, the demo)."""
        if isinstance(spec, int):
            return None
        try:
            path = Path(spec).expanduser()
            if not path.exists():
                return None
            path = path.resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        kept = [str(path), *(other for other in self._paths if other != str(path))]
        gone, self._paths = kept[MOST:], kept[:MOST]
        self._write(gone)
        return path

    def clear(self) -> None:
        """Forget all of them, and their pictures."""
        gone, self._paths = self._paths, []
        self._write(gone)

    def picture_file(self, path: Path) -> Path | None:
        """Where the picture of a source belongs; None if nothing is kept."""
        name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:24]
        return None if self._folder is None else self._folder / f"{name}.jpg"

    def _write(self, gone: Sequence[str]) -> None:
        if self._folder is None:
            return
        try:
            with written_whole(self._folder / "recent.json") as stream:
                stream.write(json.dumps(self._paths, indent=1).encode())
            for path in gone:
                picture = self.picture_file(Path(path))
                if picture is not None:
                    picture.unlink(missing_ok=True)
        except OSError as error:
            log.info("the recent sources cannot be kept in %s: %s", self._folder, error)


def _read(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            paths = json.loads(stream.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(paths, list):
        return []
    return [path for path in paths if isinstance(path, str) and path and "\0" not in path][:MOST]
