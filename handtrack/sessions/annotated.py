"""The video with the hands drawn on it, which a run of `process` may leave beside its session.

Frames that are larger than all before them begin another file, as in the session's own video.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np

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


class AnnotatedVideo:
    """Writes drawn frames to an MP4, from the first that is too large for it on to `NAME_2.mp4`, and so on.

    A context manager. The files take their names once all are whole, and are removed if the block fails.
    Every call raises SessionError when the disk does not take the video or a file of such a name exists.
    """

    def __init__(self, path: Path, *, fps: float, crf: int) -> None:
        self._path, self._fps, self._crf = path, fps, crf
        self._parts: list[Path] = []
        self._stack = ExitStack()
        self._video: VideoWriter | None = None
        self._begin_ms = 0

    @property
    def parts(self) -> tuple[Path, ...]:
        """The files so far."""
        return tuple(self._parts)

    def write(self, image: np.ndarray, time_ms: int) -> None:
        """Append a frame (H, W, 3) uint8 BGR at a time, milliseconds; a file begins at its first frame."""
        try:
            if self._video is None or not self._video.has_room_for(image):
                self._video = self._next_part()
                self._begin_ms = time_ms
            self._video.write(image, time_ms - self._begin_ms)
        except OSError as error:
            raise _cannot_be_written(self._path, error) from error

    def __enter__(self) -> AnnotatedVideo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stack.__exit__(kind, error, trace)
        except OSError as failure:
            raise _cannot_be_written(self._path, failure) from failure

    def _next_part(self) -> VideoWriter:
        least = (1, 1)
        if self._video is not None:
            least = self._video.size or least
            self._video.close()
        number = len(self._parts) + 1
        path = self._path if number == 1 else self._path.with_stem(f"{self._path.stem}_{number}")
        if path.exists():
            raise SessionError(
                f"the annotated video {path} exists, and a frame of {self._path.name} needs a larger one; "
                "name another file, or move it away"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._stack.enter_context(finished_file(path))
        self._parts.append(path)
        writer = VideoWriter(unfinished, fps=self._fps, crf=self._crf, least_size=least)
        return self._stack.enter_context(writer)


def _cannot_be_written(path: Path, error: OSError) -> SessionError:
    return SessionError(
        f"the annotated video {path} cannot be written ({reason(error)}); make room or name another file"
    )
