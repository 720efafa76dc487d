"""A hand cut from a frame: the upright square around its joints, its picture, and the maps there and back."""

from __future__ import annotations

import math

import cv2
import numpy as np

from handtrack.hand import Crop
from handtrack.skeleton import INDEX_MCP, LITTLE_MCP, MIDDLE_MCP, RING_MCP, WRIST


def crop_matrix(crop: Crop, pixels: int) -> np.ndarray:
    """Affine map (2, 3) float64 from frame pixels to pixels of the square network input."""
    # Single numbers, not arrays: for so few of them numpy takes ten times as long.
    scale = pixels / crop.size
    cosine, sine = math.cos(crop.angle) * scale, math.sin(crop.angle) * scale
    (a, b), (c, d) = (-cosine, -sine) if crop.mirrored else (cosine, sine), (-sine, cosine)
    x, y = crop.centre
    # Pixel centres lie at whole numbers, so the middle of the input is (pixels - 1) / 2.
    middle = (pixels - 1) / 2
    return np.array([[a, b, middle - a * x - b * y], [c, d, middle - c * x - d * y]])


def to_crop_sides(points: np.ndarray, crop: Crop) -> np.ndarray:
    """Points (N, 2) of the frame, pixels, in sides of the crop: 0..1 across it, whatever its pixels are."""
    # One pixel as large as the crop has its centre at 0.
    return apply_affine(crop_matrix(crop, 1), points) + 0.5


def from_crop_sides(points: np.ndarray, crop: Crop) -> np.ndarray:
    """Points (N, 2) in sides of the crop in pixels of the frame; the inverse of `to_crop_sides`."""
    return apply_affine(invert_affine(crop_matrix(crop, 1)), points - 0.5)


def apply_affine(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (..., 2) mapped by an affine matrix (2, 3)."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def invert_affine(matrix: np.ndarray) -> np.ndarray:
    """Inverse (2, 3) of an affine map (2, 3). Raises LinAlgError where there is none."""
    (a, b, x), (c, d, y) = matrix.tolist()
    determinant = a * d - b * c
    if determinant == 0:
        raise np.linalg.LinAlgError("a map that flattens the plane has no inverse")
    a, b, c, d = d / determinant, -b / determinant, -c / determinant, a / determinant
    return np.array([[a, b, -a * x - b * y], [c, d, -c * x - d * y]])


def warp_crop(image: np.ndarray, crop: Crop, pixels: int, into: np.ndarray | None = None) -> np.ndarray:
    """The crop's picture (pixels, pixels, 3) uint8; what lies outside the frame is black.

    The warp is bilinear. A crop of twice the input's size or more is first halved, as often as that, so that
    fingers do not alias. into: an array of that shape to write to.
    """
    matrix = crop_matrix(crop, pixels)
    halvings = int(math.log2(max(crop.size / pixels, 1.0)))
    if halvings:
        image, matrix = _halved_around(image, crop, matrix, halvings)
    return cv2.warpAffine(image, matrix, (pixels, pixels), dst=into, flags=cv2.INTER_LINEAR)


def _halved_around(
    image: np.ndarray, crop: Crop, matrix: np.ndarray, halvings: int
) -> tuple[np.ndarray, np.ndarray]:
    """The part of the image that the crop covers, halved so often, with the map adjusted to it."""
    step = 2**halvings
    reach = crop.size / 2 * (abs(math.cos(crop.angle)) + abs(math.sin(crop.angle))) + step
    left, width = _whole_steps(crop.centre[0], reach, image.shape[1], step)
    top, height = _whole_steps(crop.centre[1], reach, image.shape[0], step)
    if width == 0 or height == 0:
        return image, matrix
    part = image[top : top + height, left : left + width]
    # Exact halves are what OpenCV averages fastest.
    for _ in range(halvings):
        part = cv2.resize(part, (part.shape[1] // 2, part.shape[0] // 2), interpolation=cv2.INTER_AREA)
    # Pixel of the frame = step * (pixel of the part + 0.5) - 0.5 + origin: edges are aligned, not centres.
    offset = step / 2 - 0.5
    to_frame = np.array([[step, 0, offset + left], [0, step, offset + top], [0, 0, 1]])
    return part, matrix @ to_frame


def _whole_steps(centre: float, reach: float, length: int, step: int) -> tuple[int, int]:
    """Start and extent of the part of 0..length around the centre, the extent a multiple of the step."""
    first, last = (int(np.clip(centre + side * reach, 0, length)) for side in (-1, 1))
    extent = min(-(-(last - first) // step), length // step) * step
    return min(first, length - extent), extent


def crop_from_joints(joints_2d: np.ndarray, margin: float, mirrored: bool = False) -> Crop:
    """Upright square crop around joints (21, 2) in pixels.

    "Up" is the direction from the wrist to the middle MCP; where that is foreshortened, the mean of
    the four finger MCPs steadies it. The side is margin times the joints' larger upright extent.
    """
    knuckles = joints_2d[[INDEX_MCP, MIDDLE_MCP, MIDDLE_MCP, RING_MCP, LITTLE_MCP]].mean(axis=0)
    up = knuckles - joints_2d[WRIST]
    angle = math.atan2(float(up[0]), float(-up[1]))
    rotation = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    upright = joints_2d @ rotation.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    # A fist seen end on has a tiny extent; twice the palm keeps the whole hand inside.
    palm = float(np.linalg.norm(up))
    extent = max(float((high - low).max()), 1.2 * palm, 2.0)
    centre = rotation.T @ ((low + high) / 2)
    return Crop((float(centre[0]), float(centre[1])), extent * margin, angle, mirrored)
