"""The video of a session in as many files as the sizes of its frames need."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np

from handtrack.config import RecordingSettings
from handtrack.sessions.folder import DurableFile, sync_folder, video_part
from handtrack.sessions.video import VideoWriter


class VideoParts:
    """Writes frames to `video.mkv`, from the first that is too large for it on to `video_2.mkv`, and so on.

    A part has room for the largest frame before it, so that frames that change to and fro need few parts.
    A context manager; every call raises OSError when the disk does not take the video.
    """

    def __init__(self, folder: Path, settings: RecordingSettings, *, fps: float) -> None:
        self._folder, self._settings, self._fps = folder, settings, fps
        self._count = self._next_free_ms = 0
        self._stack = ExitStack()
        self._begin((1, 1))

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the newest part, pixels, once it holds a frame."""
        return self._video.size

    def write(self, image: np.ndarray, time_ms: int) -> int:
        """Append a frame (H, W, 3) uint8 BGR; gives its time in the video, milliseconds."""
        if not self._video.has_room_for(image):
            room = self._video.size or (1, 1)
            self._video.close()
            self.sync()
            self.check_still_there()
            self._stack.close()
            self._begin(room)
            # Its name, too, must survive a power cut.
            sync_folder(self._folder)
        self._next_free_ms = self._video.write(image, max(time_ms, self._next_free_ms)) + 1
        return self._next_free_ms - 1

    def settle(self) -> None:
        """Hand the newest frame to the file too; see `VideoWriter.settle`."""
        self._video.settle()

    def sync(self) -> None:
        """Return once everything written so far would survive a power cut."""
        self._file.sync()

    def check_still_there(self) -> None:
        """Raise FileNotFoundError where the newest part was deleted or replaced."""
        self._file.check_still_there()

    def finish(self) -> None:
        """Write the end of the video."""
        self._video.close()

    def __enter__(self) -> VideoParts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _begin(self, least: tuple[int, int]) -> None:
        self._count += 1
        self._file = self._stack.enter_context(DurableFile(video_part(self._folder, self._count)))
        self._video = self._stack.enter_context(
            VideoWriter(
                self._file,
                fps=self._fps,
                crf=self._settings.video_crf,
                preset=self._settings.video_preset,
                least_size=least,
            )
        )
