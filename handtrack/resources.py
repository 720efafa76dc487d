"""Where files lie: shipped ones (`configs/`, `assets/`), and downloaded ones in the user's cache."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def resource_path(relative: str) -> Path:
    """Path of a shipped file, such as "configs/default.yaml", in a checkout or an installed wheel.

    Raises FileNotFoundError when the installation is incomplete.
    """
    candidates = (_PACKAGE / "_resources" / relative, _PACKAGE.parent / relative)
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{relative} is missing from this installation; install handtrack again")


def cache_folder() -> Path:
    """Folder of downloaded files: $HANDTRACK_CACHE if set, else the user's cache folder."""
    override = os.environ.get("HANDTRACK_CACHE")
    return Path(override) if override else Path(platformdirs.user_cache_dir("handtrack", appauthor=False))


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write under another name, moved into place at the end: no reader ever sees half of it.

    Makes its folder. Raises OSError, and then leaves nothing behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        partial.chmod(0o644)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
