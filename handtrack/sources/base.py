"""What every source of frames offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from handtrack.hand import Frame

PIXEL_LIMIT = 200_000_000
"""Pixels of a picture that are read at most: the largest of a phone fit, and a hostile file costs no more."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source says of itself once it is open.

    width, height: pixels. fps: frames a second as reported, 0 if unknown.
    frame_count: frames in a file or folder, None where it has no end or the number is unknown.
    live: frames come at their own pace and cannot be waited for (a camera).
    detail: one line for people, such as the camera's settings as read back.
    stills: every frame is a picture that stands alone, see `handtrack.hand.Still`; time says nothing.
    duration: seconds from the first frame to the last where the source says so, None elsewhere.
    """

    name: str
    width: int
    height: int
    fps: float
    frame_count: int | None
    live: bool
    detail: str
    stills: bool = False
    duration: float | None = None


@runtime_checkable
class Source(Protocol):
    """A camera, a video file or an image folder: open, read, close.

    `read` gives the next Frame, or None at the end. It raises SourceError when the source fails for
    good. `close` may be called from another thread, more than once, and unblocks a waiting `read`.
    """

    def open(self) -> SourceInfo:
        """Open the source. Raises SourceError with what is wrong and what to do."""
        ...

    def read(self) -> Frame | None:
        """Next frame, or None at the end."""
        ...

    def close(self) -> None:
        """Release the device or file; idempotent and thread-safe."""
        ...

    def losses(self) -> tuple[str, ...]:
        """One sentence for each kind of thing that was lost or left out so far; from any thread."""
        ...
