"""The video of a session in as many files as the sizes of its frames need."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from handtrack.config import RecordingSettings
from handtrack.sessions.folder import DurableFile, sync_folder, video_part
from handtrack.sessions.video import VideoWriter, fit_back


def kept_size(size: tuple[int, int], half: bool) -> tuple[int, int]:
    """Width and height in which a frame of a size is kept, pixels."""
    return (max(1, round(size[0] / 2)), max(1, round(size[1] / 2))) if half else size


def restored(picture: np.ndarray, size: tuple[int, int], half: bool) -> np.ndarray:
    """The frame of a width and height out of a picture (H, W, 3) of a session's video."""
    image = fit_back(picture, kept_size(size, half))
    return cv2.resize(image, size, interpolation=cv2.INTER_LINEAR) if half else image


class NoVideo:
    """In the place of `VideoParts` where pictures are not kept: gives frames their times, writes nothing."""

    size = None

    def __init__(self) -> None:
        self._next_free_ms = 0

    def write(self, image: np.ndarray, time_ms: int) -> int:
        """The time that the frame has, milliseconds, later than the one before."""
        self._next_free_ms = max(time_ms, self._next_free_ms) + 1
        return self._next_free_ms - 1

    def settle(self) -> None:
        """Nothing waits."""

    def sync(self) -> None:
        """Nothing is on its way."""

    def check_still_there(self) -> None:
        """Nothing can vanish."""

    def finish(self) -> None:
        """Nothing was begun."""


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
        if self._settings.video == "half":
            size = kept_size((image.shape[1], image.shape[0]), half=True)
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
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
