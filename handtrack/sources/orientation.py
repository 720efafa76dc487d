"""How a decoded picture must be turned and flipped to be upright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from av.video.frame import VideoFrame


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the eight ways to lay a picture: first transpose, then flip the axes."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @classmethod
    def from_display_matrix(cls, matrix: np.ndarray) -> Orientation:
        """Nearest orientation to a display matrix (3, 3) as in MP4 files (ISO 14496-12, `tkhd`).

        It maps a row vector (x, y, 1) of the stored picture to the shown one; y points down.
        """
        (xx, xy), (yx, yy) = matrix[:2, :2]
        if abs(xy) + abs(yx) > abs(xx) + abs(yy):
            return cls(True, bool(yx < 0), bool(xy < 0))
        return cls(False, bool(xx < 0), bool(yy < 0))

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return self.transpose or self.flip_x or self.flip_y

    def __str__(self) -> str:
        """The change in words."""
        if self.transpose:
            if self.flip_x == self.flip_y:
                return "transposed"
            return "turned by 90 degrees" if self.flip_x else "turned by 270 degrees"
        if self.flip_x and self.flip_y:
            return "turned by 180 degrees"
        return "flipped" if self else "as stored"

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the upright picture."""
        return (height, width) if self.transpose else (width, height)

    def apply(self, image: np.ndarray) -> np.ndarray:
        """The upright picture (H, W, 3), contiguous."""
        import cv2  # several times faster than numpy at this

        if self.transpose:
            image = cv2.transpose(image)
        if self.flip_x or self.flip_y:
            image = cv2.flip(image, 1 - 2 * self.flip_y if self.flip_x else 0)
        return image


def frame_orientation(frame: VideoFrame) -> Orientation:
    """Orientation that a decoded frame's display matrix asks for."""
    side_data: Any = frame.side_data.get("DISPLAYMATRIX")
    if side_data is None:
        return Orientation()
    matrix = np.frombuffer(bytes(side_data), dtype=np.int32)
    if matrix.size != 9:
        return Orientation()
    return Orientation.from_display_matrix(matrix.reshape(3, 3))
