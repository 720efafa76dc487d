"""Pictures by name below one folder: image files, and single frames of clips as "clip.mp4#40"."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.opencv import decoders_to_the_log

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
CLIP_SUFFIXES = (".mp4", ".mkv", ".avi", ".mov", ".webp")
VALIDATION_ONLY_FOLDERS = ("stereo", "fast")
"""Folders whose clips are measured against and must never be labelled for training."""


def picture_files(root: Path) -> list[str]:
    """Paths, relative to root and sorted, of all image files below it."""
    return _files(root, PICTURE_SUFFIXES)


def clip_files(root: Path) -> list[str]:
    """Paths, relative to root and sorted, of all clips below it, but for those kept for validation."""
    return _files(root, CLIP_SUFFIXES)


def _files(root: Path, suffixes: tuple[str, ...]) -> list[str]:
    found = (path for path in root.rglob("*") if path.suffix.lower() in suffixes and path.is_file())
    names = (path.relative_to(root) for path in found)
    return sorted(
        name.as_posix()
        for name in names
        if not name.name.startswith(".") and not set(name.parts) & set(VALIDATION_ONLY_FOLDERS)
    )


def file_and_frame(name: str) -> tuple[str, int | None]:
    """File of a picture's name, and the number of the frame in it, or None for an image file."""
    file, separator, frame = name.rpartition("#")
    return (file, int(frame)) if separator and frame.isdecimal() else (name, None)


def source_of(name: str) -> str:
    """The collection that a picture belongs to: its folder's name."""
    return Path(file_and_frame(name)[0]).parent.name


def read_picture(root: Path, name: str) -> np.ndarray:
    """A picture (H, W, 3) uint8 BGR by its name. Raises SourceError naming what cannot be read."""
    file, frame = file_and_frame(name)
    if frame is None:
        image = _read_image(root / file)
        if image is None:
            raise SourceError(f"{root / file} is not a readable picture; delete it or copy it again")
        return image
    image = _opened_clip(root / file).frame(frame)
    if image is None:
        raise SourceError(f"{root / file} has no readable frame {frame}; copy the clip again")
    return image


def clip_length(path: Path) -> int:
    """Number of readable frames of a clip; 0 where it cannot be read."""
    try:
        return sum(1 for _ in _frames(path))
    except SourceError:
        return 0


def _read_image(path: Path) -> np.ndarray | None:
    try:
        # Through memory, because cv2.imread cannot open every name on Windows.
        data = np.fromfile(path, dtype=np.uint8)
        with decoders_to_the_log():
            return cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error):
        return None


class _Clip:
    """A clip that is read frame by frame, mostly forwards: it only decodes from its beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()

    def frame(self, number: int) -> np.ndarray | None:
        """Frame (H, W, 3) by its number, or None where there is none. Raises SourceError."""
        if number < self._next:
            self._begin()
        try:
            for convert in self._frames:
                self._next += 1
                if self._next > number:
                    return convert()
        except SourceError:
            self._begin()  # and so fail again when asked again
            raise
        return None

    def _begin(self) -> None:
        self._next, self._frames = 0, _frames(self._path)


_opened_clip = functools.lru_cache(maxsize=1)(_Clip)


def _frames(path: Path) -> Iterator[Callable[[], np.ndarray]]:
    """Each frame as a function that gives its pixels; those that nobody asks for are not converted."""
    if path.suffix.lower() == ".webp":
        yield from _frames_of_webp(path)
        return
    import av

    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield functools.partial(frame.to_ndarray, format="bgr24")
    except (OSError, av.error.FFmpegError, IndexError) as error:
        raise SourceError(f"{path} is not a readable clip: {' '.join(str(error).split())}") from None


def _frames_of_webp(path: Path) -> Iterator[Callable[[], np.ndarray]]:
    try:
        read, animation = cv2.imreadanimation(str(path))
    except cv2.error:
        read = False
    if not read:
        raise SourceError(f"{path} is not a readable clip; copy it again")
    for frame in animation.frames:
        yield functools.partial(np.ascontiguousarray, frame[..., :3])
