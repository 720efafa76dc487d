"""Folders of made data that appear only when they are whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handtrack.errors import SourceError


@contextmanager
def whole_folder(folder: Path, what: str) -> Iterator[Path]:
    """A folder to write into under another name, moved into place at the end; an older one goes.

    what: is kept there, for the message. Raises SourceError where it cannot be written, and leaves nothing.
    """
    partial: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        yield partial
        partial.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    except OSError as error:
        raise SourceError(
            f"{what} cannot be kept in {folder}: {error.strerror or error}; make room there or choose "
            "another folder"
        ) from None
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
