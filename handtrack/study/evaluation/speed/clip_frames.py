"""A clip's frames in memory, given in any size and for as long as wanted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources.video import ASSUMED_FPS, VideoSource

Size = tuple[int, int]

P720: Final[Size] = (1280, 720)


@dataclass(frozen=True, slots=True)
class Clip:
    """The first frames of a video.

    path, name: of the file. fps: frames a second. frames: in order, as they were decoded.
    """

    path: Path
    name: str
    fps: float
    frames: tuple[Frame, ...]

    def to_and_fro(
        self,
        count: int,
        size: Size | None = None,
        *,
        two_hands: bool = False,
        sides: int = cv2.BORDER_CONSTANT,
    ) -> Iterator[Frame]:
        """So many frames, forwards, backwards and on: the hand never jumps, and time only rises.

        size: width and height, pixels, and sides: see `fitted`; None leaves them as they are. two_hands: the
        picture beside its mirror image, each in one half.
        """
        last = len(self.frames) - 1
        for index in range(count):
            place = index % (2 * last) if last else 0
            image = self.frames[last - abs(last - place)].image
            if size is not None:
                image = side_by_side(image, size) if two_hands else fitted(image, size, sides)
            yield Frame(image, index / self.fps, index)


def load_clip(path: Path, limit: int) -> Clip:
    """At most so many frames of a video file. Raises SourceError where it cannot be read."""
    if not path.exists():
        raise SourceError(f"the clip {path} does not exist; name a video file, or none for the built-in clip")
    if path.is_dir():
        raise SourceError(f"{path} is a folder; bench measures on a video file")
    with closing(VideoSource(path)) as source:
        info = source.open()
        frames = tuple(itertools.islice(iter(source.read, None), limit))
    return Clip(path, info.name, info.fps or ASSUMED_FPS, frames)


def fitted(image: np.ndarray, size: Size, sides: int = cv2.BORDER_CONSTANT) -> np.ndarray:
    """The image (H, W, 3) uint8 in the middle of a picture of the given width and height, as large as fits.

    Its proportions stay. sides: what is left over, one of OpenCV's borders; black by default.
    """
    height, width = image.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = image if scale == 1 else cv2.resize(image, inner, interpolation=how)
    x, y = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    right, below = size[0] - inner[0] - x, size[1] - inner[1] - y
    return np.asarray(cv2.copyMakeBorder(resized, y, below, x, right, sides), np.uint8)


def side_by_side(image: np.ndarray, size: Size) -> np.ndarray:
    """A picture of the given size with the image in its left half and its mirror image in the right one."""
    half = fitted(image, (size[0] // 2, size[1]))
    return np.concatenate([half, half[:, ::-1]], axis=1)
