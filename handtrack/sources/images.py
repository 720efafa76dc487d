"""A folder of images, or a single image, played as a source."""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Frame, read_only
from handtrack.sources.base import SourceInfo
from handtrack.sources.playback import PlaybackClock

logger = logging.getLogger(__name__)

IMAGE_SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")


class ImageSource:
    """The images of a folder in natural order ("2.png" before "10.png"), or one image file.

    Images may differ in size; the orientation in their EXIF data is honoured. What cannot be read is
    skipped and reported once.
    """

    def __init__(self, path: Path, *, fps: float, realtime: bool, loop: bool) -> None:
        self._path = path
        self._interval = 1.0 / fps
        self._loop = loop
        self._closed = threading.Event()
        self._clock = PlaybackClock(realtime=realtime, closed=self._closed)
        self._files: list[Path] = []
        self._position = 0
        self._count = 0
        self._unreadable: list[str] = []
        self._first: np.ndarray | None = None

    def open(self) -> SourceInfo:
        """List the images and read the first. Raises SourceError if there is none to show."""
        self._files = self._list()
        count = len(self._files)
        image = self._next_image()
        if image is None:
            if self._closed.is_set():
                raise SourceError(f"image source {self._path} was closed")
            raise SourceError(
                f"none of the {count} image files of {self._path} can be read: "
                "they are damaged or not images; give others"
            )
        self._first = image
        return SourceInfo(
            name=self._path.name or str(self._path),
            width=image.shape[1],
            height=image.shape[0],
            fps=1.0 / self._interval,
            frame_count=None if self._loop else count,
            live=False,
            detail=f"{count} image{'s' if count > 1 else ''}, the first {image.shape[1]} x {image.shape[0]}",
        )

    def read(self) -> Frame | None:
        """Next image, or None at the end or once closed."""
        image, self._first = (self._first, None) if self._first is not None else (self._next_image(), None)
        if image is None:
            return None
        timestamp = self._clock.stamp(self._count * self._interval, self._interval)
        if timestamp is None:
            return None
        frame = Frame(read_only(image), timestamp, self._count)
        self._count += 1
        return frame

    def close(self) -> None:
        """End the playing; a waiting `read` returns at once."""
        self._closed.set()

    def losses(self) -> tuple[str, ...]:
        """None: see `Source.losses`."""
        return ()

    def _list(self) -> list[Path]:
        try:
            if self._path.is_file():
                return [self._path]
            found = [
                file
                for file in self._path.iterdir()
                # Names that begin with a dot are companions that systems make, not pictures.
                if file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".") and file.is_file()
            ]
        except OSError as error:
            raise SourceError(f"image folder {self._path} cannot be read: {error.strerror}") from None
        if not found:
            raise SourceError(
                f"folder {self._path} holds no images; give a folder with {', '.join(IMAGE_SUFFIXES)} files"
            )
        return sorted(found, key=_natural_key)

    def _next_image(self) -> np.ndarray | None:
        """Next readable image, (H, W, 3) uint8 BGR, of this loop or the next; None at the end."""
        while not self._closed.is_set():
            if self._position == len(self._files):
                if self._files:
                    self._report_unreadable()
                if not self._loop or not self._files:
                    return None
                self._position = 0
            file = self._files[self._position]
            self._position += 1
            image = read_image(file)
            if image is not None:
                return image
            # Not tried again in the next loop.
            self._files.remove(file)
            self._position -= 1
            self._unreadable.append(file.name)
        return None

    def _report_unreadable(self) -> None:
        if not self._unreadable:
            return
        names = ", ".join(self._unreadable[:5]) + (", ..." if len(self._unreadable) > 5 else "")
        logger.warning(
            "%d of %d image files of %s could not be read and were skipped: %s",
            len(self._unreadable),
            len(self._unreadable) + len(self._files),
            self._path,
            names,
        )
        self._unreadable.clear()


def read_image(path: Path) -> np.ndarray | None:
    """An image file as (H, W, 3) uint8 BGR, turned as its EXIF data says; None if it cannot be read."""
    import cv2

    try:
        # Through memory, because cv2.imread cannot open every name on Windows.
        data = np.fromfile(path, dtype=np.uint8)
        return cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error):
        return None


def _natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Sort key by which runs of digits compare as numbers."""
    parts = re.split(r"([0-9]+)", path.name.lower())
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]
