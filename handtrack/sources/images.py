"""A folder of images, or a single image, as the frames of a film."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Frame, read_only
from handtrack.plain_text import counted
from handtrack.sources.base import SourceInfo
from handtrack.sources.left_out import LeftOut
from handtrack.sources.orientation import Orientation
from handtrack.sources.pictures import FORMATS, NO_PICTURE, PictureError, picture_format, read_picture
from handtrack.sources.rising_times import RisingTimes

_OF_SYSTEMS = ("desktop.ini", "thumbs.db")
"""Files that systems leave in folders of pictures, beside those whose names begin with a dot."""


class ImageSource:
    """The images of a folder in natural order ("2.png" before "10.png"), or one image file.

    Images may differ in size and format; the orientation in their EXIF data is honoured. What cannot be read
    is left out; `losses` says so. mirrored: they show the world as a mirror does, and are turned back.
    """

    def __init__(self, path: Path, *, fps: float, mirrored: bool = False) -> None:
        self._path = path
        self._turning = Orientation(flip_x=mirrored)
        self._interval = 1.0 / fps
        self._closed = threading.Event()
        self._files: list[Path] = []
        self._position = 0
        self._count = 0
        self._times = RisingTimes()
        self._left_out = LeftOut()
        self._first: np.ndarray | None = None

    def open(self) -> SourceInfo:
        """List the images and read the first. Raises SourceError if there is none to show."""
        self._files = self._list()
        image = self._next_image()
        if image is None:
            if self._closed.is_set():
                raise SourceError(f"image source {self._path} was closed")
            raise SourceError(
                f"there is no image that can be read in {self._path} ({'; '.join(self.losses())}): "
                f"give {FORMATS} files"
            )
        self._first = image
        count = len(self._files)
        mirrored = ", turned back from a mirror's picture" if self._turning else ""
        return SourceInfo(
            name=self._path.name or str(self._path),
            width=image.shape[1],
            height=image.shape[0],
            fps=1.0 / self._interval,
            frame_count=count,
            live=False,
            detail=f"{counted(count, 'image')}, the first {image.shape[1]} x {image.shape[0]}" + mirrored,
            duration=(count - 1) * self._interval,
        )

    def read(self) -> Frame | None:
        """Next image, or None at the end or once closed."""
        image, self._first = (self._first, None) if self._first is not None else (self._next_image(), None)
        if image is None:
            return None
        self._count += 1
        position = (self._position - 1) * self._interval
        timestamp = self._times.stamp(position, self._interval)
        return Frame(read_only(image), timestamp, self._count - 1, position=position)

    def seek(self, position: float) -> None:
        """Give next the image that is shown at so many seconds from the first one."""
        number = int(position / self._interval + 1e-6)
        self._first = None
        self._position = min(max(number, 0), max(len(self._files) - 1, 0))

    def close(self) -> None:
        """End: `read` gives no more."""
        self._closed.set()

    def losses(self) -> tuple[str, ...]:
        """The files that were left out so far, and why; see `Source.losses`."""
        return self._left_out.sentences()

    def _list(self) -> list[Path]:
        if self._path.is_file():
            self._left_out.total = 1
            return [self._path]
        found = []
        try:
            for file in sorted(self._path.iterdir(), key=_natural_key):
                if file.name.startswith(".") or file.name.lower() in _OF_SYSTEMS or not file.is_file():
                    continue
                self._left_out.total += 1
                if _is_picture(file):
                    found.append(file)
                else:
                    self._left_out.add(file.name, NO_PICTURE)
        except OSError as error:
            raise SourceError(f"image folder {self._path} cannot be read: {error.strerror}") from None
        if not self._left_out.total:
            raise SourceError(f"folder {self._path} is empty; give a folder of {FORMATS} files")
        return found

    def _next_image(self) -> np.ndarray | None:
        """Next readable image, (H, W, 3) uint8 BGR; None at the end."""
        while not self._closed.is_set() and self._position < len(self._files):
            file = self._files[self._position]
            self._position += 1
            try:
                picture = read_picture(file)
            except PictureError as error:
                if file == self._path:
                    raise
                # Not tried again.
                self._files.remove(file)
                self._position -= 1
                self._left_out.add(file.name, error.reason)
                continue
            if picture.moves:
                self._left_out.add_moving(file.name)
            return self._turning.apply(picture.image)
        return None


def _is_picture(file: Path) -> bool:
    try:
        return picture_format(file) is not None
    except OSError:
        return True  # reading it says what is wrong


def _natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Sort key by which runs of digits compare as numbers."""
    parts = re.split(r"([0-9]+)", path.name.lower())
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]
