"""The video with the hands drawn on it, which a run of `process` may leave beside its session."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from handtrack.errors import SessionError
from handtrack.sessions.folder import (
    MANIFEST_NAME,
    STREAM_NAME,
    TABLE_NAME,
    VIDEO_NAME,
    finished_file,
    reason,
)
from handtrack.sessions.video import VideoWriter


def check_annotated(path: Path, session: Path) -> None:
    """Raise SessionError where an annotated video would replace anything, or a part of the session."""
    recorded = [session, *(session / name for name in (MANIFEST_NAME, STREAM_NAME, TABLE_NAME, VIDEO_NAME))]
    if path.resolve() in [taken.resolve() for taken in recorded]:
        raise SessionError(
            f"the annotated video {path} would take the place of the session; name another file"
        )
    if path.exists():
        raise SessionError(f"the annotated video {path} exists; name another file, or move it away")


def prepare_folder_of(path: Path) -> None:
    """Make the folder of an annotated video. Raises SessionError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _cannot_be_written(path, error) from None


@contextlib.contextmanager
def annotated_video(path: Path, *, fps: float, crf: int) -> Iterator[VideoWriter]:
    """Writer of an MP4 that takes its name once it is whole, and is removed if the block fails.

    Raises SessionError when the disk does not take it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with finished_file(path) as unfinished, VideoWriter(unfinished, fps=fps, crf=crf) as video:
            yield video
    except OSError as error:
        raise _cannot_be_written(path, error) from error


def _cannot_be_written(path: Path, error: OSError) -> SessionError:
    return SessionError(
        f"the annotated video {path} cannot be written ({reason(error)}); make room or name another file"
    )
