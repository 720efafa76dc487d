"""A recorded session played again: its pictures as a source, and its hands as if they were tracked now."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import SessionError, SourceError
from handtrack.hand import Frame, FrameResult, read_only
from handtrack.plain_text import counted
from handtrack.sessions.folder import reason, video_parts
from handtrack.sessions.reader import Session, read_session
from handtrack.sessions.schema import FrameRecord
from handtrack.sessions.video import PictureFile
from handtrack.sources.base import SourceInfo
from handtrack.tracking.live_settings import LiveSettings

_NO_PICTURE: Final = 24
"""Grey level of a frame whose picture was not recorded."""


class SessionSource:
    """The frames of a session in order, as fast as they are read, each with its position; can be sought.

    A frame whose picture is not in the video is grey. Timestamps are those that were recorded.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._closed = threading.Event()
        self._reading = threading.Lock()
        self._session: Session | None = None
        self._positions = np.zeros(0)
        self._files: list[tuple[int, PictureFile]] = []
        self._next = 0
        self._without_picture = 0

    @property
    def session(self) -> Session | None:
        """The session, once it is open."""
        return self._session

    def open(self) -> SourceInfo:
        """Read the session. Raises SourceError where it cannot be read, or holds no frame."""
        with self._reading:
            try:
                session = read_session(self._folder)
            except SessionError as error:
                raise SourceError(str(error)) from None
            if not len(session):
                raise SourceError(f"the session {self._folder} holds no frame; open another one")
            self._session = session
            self._positions = session.positions()
            self._files = _open_parts(self._folder)
        first = session.record(0)
        apart = np.diff(self._positions)
        step = float(np.median(apart)) if len(apart) else 0.0
        duration = float(self._positions[-1])
        what = session.manifest.source
        of = f" of {what.name}" if what is not None else ""
        return SourceInfo(
            name=self._folder.name,
            width=first.size[0],
            height=first.size[1],
            fps=1 / step if step > 0 else 0.0,
            frame_count=len(session),
            live=False,
            detail=f"session{of}, {counted(len(session), 'frame')}, {duration:.1f} s",
            duration=duration,
        )

    def read(self) -> Frame | None:
        """Next frame, or None at the end or once closed."""
        with self._reading:
            session, number = self._session, self._next
            if session is None or self._closed.is_set() or number >= len(session):
                return None
            self._next += 1
            time_ms, size, timestamp = session.place(number)
            picture = self._picture(time_ms)
            if picture is None:
                self._without_picture += 1
                picture = np.full((size[1], size[0], 3), _NO_PICTURE, np.uint8)
            else:
                picture = session.restored(picture, size)
            return Frame(read_only(picture), timestamp, number, position=float(self._positions[number]))

    def seek(self, position: float) -> None:
        """Give next the last frame at or before so many seconds from the first one, or the first one."""
        self._next = self._number(position)

    def close(self) -> None:
        """Release the files; idempotent and thread-safe."""
        self._closed.set()
        with self._reading:
            for _, file in self._files:
                file.close()
            self._files = []

    def record(self, position: float) -> FrameRecord:
        """What was recorded of the frame shown at so many seconds from the first one; for any thread."""
        assert self._session is not None
        return self._session.record(self._number(position))

    def losses(self) -> tuple[str, ...]:
        """What the recording lost, what is damaged, and frames without pictures; see `Source.losses`."""
        session = self._session
        if session is None:
            return ()
        sentences = [*session.manifest.losses, *session.damage]
        if self._without_picture and session.has_video:
            sentences.append("some frames have no picture, for the video lacks it; their hands are shown")
        return tuple(sentences)

    def _number(self, position: float) -> int:
        return max(int(np.searchsorted(self._positions, position + 1e-6)) - 1, 0)

    def _picture(self, time_ms: int) -> np.ndarray | None:
        """The picture (H, W, 3) uint8 BGR of a time in the video, or None where there is none."""
        for begin, file in reversed(self._files):
            if begin <= time_ms:
                return file.at(time_ms)
        return None


class RecordedHands(LiveSettings):
    """In the place of a tracker: gives each frame of a session the hands that were recorded of it.

    What can be set of a tracker can be set of it too, and changes nothing. Used once the source is open.
    """

    def __init__(self, source: SessionSource) -> None:
        super().__init__(0.5, 1, True)
        self._source = source

    @property
    def max_iterations(self) -> int:
        """Loops that the network might use for the first frame."""
        return self._source.record(0.0).max_iterations

    def process_frame(self, frame: Frame) -> FrameResult:
        """The frame of the session with what was recorded of it."""
        assert frame.position is not None
        record = self._source.record(frame.position)
        return FrameResult(
            frame,
            record.hands,
            record.detector_ran,
            record.gate_threshold,
            record.max_iterations,
            record.timings,
        )

    def close(self) -> None:
        """Nothing is held."""


def _open_parts(folder: Path) -> list[tuple[int, PictureFile]]:
    """(time of the first picture, file) of each part of the video that can be read."""
    files = []
    for path in video_parts(folder):
        try:
            file = PictureFile(path)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {reason(error)}") from None
        if file.first_ms is None:
            file.close()
        else:
            files.append((file.first_ms, file))
    return files
