"""What stands about the hands: the camera, what it sees with its picture, its axes, and the floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.geometry import Intrinsics
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Colour, Lines, Mesh, joined_lines, lines

Place = tuple[float, float, float]

FLOOR_STEP: Final = 0.05
"""The floor is a grid of 5 cm squares, with a brighter line every 25."""
_MARGIN: Final = 0.10
"""Metres behind the farthest joint at which the picture stands."""
_NEAREST, _FARTHEST = 0.3, 3.0
_FLOOR: Final[Colour] = (0.155, 0.18, 0.22)
_FLOOR_BRIGHT: Final[Colour] = (0.225, 0.26, 0.31)
_FRUSTUM: Final[Colour] = (0.46, 0.51, 0.58)
_PASSED: Final[Colour] = (1.0, 0.784, 0.34)
_AXES: Final[tuple[Colour, ...]] = ((0.90, 0.33, 0.30), (0.35, 0.75, 0.40), (0.35, 0.55, 0.95))
_AXIS_LENGTH: Final = 0.06
_BODY: Final[Colour] = (0.45, 0.5, 0.57)


@dataclass(frozen=True, slots=True)
class Frustum:
    """What the camera sees, up to its picture, which stands `depth` metres away like a screen.

    camera, size: the optics, and width and height of the picture in pixels.
    """

    camera: Intrinsics
    size: tuple[int, int]
    depth: float

    def corners(self) -> np.ndarray:
        """Corners (4, 3) of the picture: top left, top right, bottom right, bottom left."""
        width, height = self.size
        # Pixel centres lie at whole numbers.
        edges = np.array([(0, 0), (width, 0), (width, height), (0, height)]) - 0.5
        flat = (edges - self.camera.centre) / self.camera.focal
        return self.depth * np.column_stack([flat, np.ones(4)])

    @property
    def floor(self) -> float:
        """The y on which the picture stands."""
        return float(self.corners()[2, 1])


def picture_depth(hands: SpatialHands) -> float:
    """Where the picture stands so that all hands, but for a few outliers, are before it."""
    if not len(hands):
        return 0.8
    farthest = np.percentile(hands.joints[..., 2].max(axis=1), 98)
    return float(np.clip(farthest + _MARGIN, _NEAREST, _FARTHEST))


def frustum_lines(frustum: Frustum, passed: float | None) -> Lines:
    """Edges of what the camera sees. passed: share of the time gone, shown at the picture's lower edge."""
    corners = frustum.corners()
    edges = [(np.zeros(3), corner) for corner in corners]
    edges += list(zip(corners, np.roll(corners, -1, axis=0), strict=True))
    parts = [lines(np.array(edges), _FRUSTUM)]
    if passed is not None:
        right, left = corners[2], corners[3]
        # A little before the edge, or one line would hide the other.
        bar = np.array([left, left + min(max(passed, 0.0), 1.0) * (right - left)])
        parts.append(lines((1 - 2e-3) * bar, _PASSED))
    return joined_lines(parts)


def axes_lines() -> Lines:
    """The camera's axes: x red to the right, y green down, z blue away from it."""
    return joined_lines(
        [
            lines(np.array([np.zeros(3), _AXIS_LENGTH * axis]), colour)
            for axis, colour in zip(np.eye(3), _AXES, strict=True)
        ]
    )


def floor_lines(frustum: Frustum) -> Lines:
    """A grid on which the picture stands, wide enough for all that the camera sees."""
    corners = frustum.corners()
    wide = max(float(np.abs(corners[:, 0]).max()), 0.25)
    across = round(float(np.ceil((wide + 0.05) / 0.25))) * 5
    deep = round(float(np.ceil(frustum.depth / 0.25))) * 5
    x, z = np.arange(-across, across + 1), np.arange(0, deep + 1)

    def grid(numbers: np.ndarray, of_x: bool) -> np.ndarray:
        ends = np.zeros((len(numbers), 2, 3))
        ends[..., 1] = frustum.floor
        ends[..., 0 if of_x else 2] = numbers[:, None]
        ends[..., 2 if of_x else 0] = (0, deep) if of_x else (-across, across)
        return ends * (FLOOR_STEP, 1, FLOOR_STEP)

    parts = []
    for bright, colour in ((False, _FLOOR), (True, _FLOOR_BRIGHT)):
        chosen = [numbers[(numbers % 5 == 0) == bright] for numbers in (x, z)]
        parts.append(lines(np.concatenate([grid(chosen[0], True), grid(chosen[1], False)]), colour))
    return joined_lines(parts)


def camera_body() -> Mesh:
    """A small box with a lens that stands where the camera does."""
    parts = [_box((0.016, 0.011, 0.008), (0, 0, -0.012)), _box((0.007, 0.007, 0.005), (0, 0, -0.001))]
    points = np.concatenate([points for points, _ in parts])
    normals = np.concatenate([normals for _, normals in parts])
    triangles = np.concatenate([_BOX_TRIANGLES, _BOX_TRIANGLES + 24])
    return Mesh(points, normals, triangles, np.broadcast_to(_BODY, points.shape))


def _box(
    half: tuple[float, float, float], centre: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray]:
    points, normals = [], []
    for axis in range(3):
        for side in (-1, 1):
            normal = side * np.eye(3)[axis]
            first, second = np.eye(3)[(axis + 1) % 3], side * np.eye(3)[(axis + 2) % 3]
            points += [normal + a * first + b * second for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            normals += [normal] * 4
    return np.array(points) * half + centre, np.array(normals)


_BOX_TRIANGLES: Final = np.concatenate([4 * side + np.array([(0, 1, 2), (0, 2, 3)]) for side in range(6)])
