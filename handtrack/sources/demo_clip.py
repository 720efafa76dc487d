"""The shipped clip of a rendered hand: where it lies, and how it is made again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.resources import resource_path
from handtrack.sources.base import Source
from handtrack.sources.labelled_video import write_labelled_video

_SHIPPED = "assets/demo/hand.mp4"


def demo_clip() -> Path:
    """Path of the clip; its truth lies beside it. Raises SourceError where it did not come along."""
    try:
        return resource_path(_SHIPPED)
    except FileNotFoundError as error:
        raise SourceError(str(error)) from None


def record_clip(
    source: Source,
    path: Path,
    *,
    seconds: float,
    crf: int,
    progress: Callable[[int, int | None], None] | None = None,
) -> int:
    """Write the first seconds of a source that carries truth to an MP4 with its truth file beside it.

    crf: x264 quality, lower is better and larger. progress: called with the frames done and their total.
    Returns the bytes of both files. Raises SourceError; see `write_labelled_video`.
    """
    try:
        info = source.open()
        count = round(seconds * info.fps)
        frames = _reported(itertools.islice(iter(source.read, None), count), count, progress)
        return write_labelled_video(path, frames, fps=round(info.fps), crf=crf)
    finally:
        source.close()


def _reported(
    frames: Iterator[Frame | None], count: int, progress: Callable[[int, int | None], None] | None
) -> Iterator[Frame]:
    for number, frame in enumerate(frames, start=1):
        if frame is not None:
            yield frame
        if progress is not None:
            progress(number, count)
