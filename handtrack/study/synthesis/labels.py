"""Exact labels of rendered hands: cameras of upright crops, and which joints can be seen."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.cropping import apply_affine, crop_matrix
from handtrack.hand import Crop, Handedness, HandTruth, read_only
from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.synthesis.rendering.renderer import SUPERSAMPLING, RenderedImage

ADULT_PALM_M: Final = 0.092
"""Wrist to middle MCP of a mean adult's hand."""

# How far a joint lies under its own skin at most, metres on an adult hand: what covers it from farther in
# front is something else.
_COVER_M: Final = np.array(
    [0.030, 0.026, 0.020, 0.016, 0.014] + [0.024, 0.015, 0.013, 0.012] * 4,
)

_AROUND: Final = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)]).T


def upright_camera(camera: np.ndarray, crop: Crop, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Camera that sees an unmirrored crop as its whole picture: matrix (3, 3) and turn (3, 3), float64.

    camera: (3, 3), the camera of the frame, pixels. The turn about the viewing axis takes points of the
    frame's camera space to the crop's; only so does the crop's camera keep upright, equal axes.
    """
    affine = crop_matrix(crop, pixels)
    scale = pixels / crop.size
    turn = np.eye(3)
    turn[:2, :2] = affine[:, :2] / scale
    matrix = camera.astype(np.float64).copy()
    matrix[:2, :2] *= scale
    matrix[:2, 2] = apply_affine(affine, camera[:2, 2])
    return matrix, turn


def resized_camera(camera: np.ndarray, size: tuple[int, int], new_size: tuple[int, int]) -> np.ndarray:
    """Camera (3, 3) of a picture of size (width, height) for the same picture in another size."""
    (width, height), (new_width, new_height) = size, new_size
    x, y = new_width / width, new_height / height
    # Pixel centres lie at whole numbers: the edges of pixels, not their centres, are aligned.
    resize = np.array([[x, 0.0, (x - 1) / 2], [0.0, y, (y - 1) / 2], [0.0, 0.0, 1.0]])
    return resize @ camera


def visible_joints(joints_2d: np.ndarray, depth: np.ndarray, buffer: np.ndarray, size: float) -> np.ndarray:
    """Which joints can be seen, (21,) bool: those in the picture that nothing but their own skin covers.

    joints_2d: (21, 2) pixels. depth: (21,) metres from the camera. buffer: (H, W) float32 metres, the
    nearest surface at each pixel, infinite where there is none. size: of the hand, 1 for a mean adult's.
    """
    height, width = buffer.shape
    pixel = np.rint(joints_2d).astype(int)
    inside = ((pixel >= 0) & (pixel < (width, height))).all(axis=1)
    x, y = np.clip(pixel, 0, (width - 1, height - 1)).T
    # A joint near an outline may fall beside its finger, so the farthest surface around it decides.
    columns = np.clip(x[:, None] + _AROUND[0], 0, width - 1)
    rows = np.clip(y[:, None] + _AROUND[1], 0, height - 1)
    return np.asarray(inside & (depth - buffer[rows, columns].max(axis=1) < _COVER_M * size))


def seen_joints(rendered: RenderedImage, joints_2d: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Which joints, (21, 2) pixels and (21, 3) metres in camera space, a rendered picture shows: (21,)."""
    fine = (joints_2d + 0.5) * SUPERSAMPLING - 0.5
    size = float(np.linalg.norm(joints[MIDDLE_MCP] - joints[WRIST])) / ADULT_PALM_M
    return visible_joints(fine, joints[:, 2], rendered.depth, size)


def inside_frame(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Which points (N, 2) lie in a picture of size (width, height): (N,) bool."""
    return np.asarray(((points >= 0) & (points <= np.asarray(size) - 1)).all(axis=1))


def true_hand(
    joints: np.ndarray, joints_2d: np.ndarray, visible: np.ndarray, handedness: Handedness
) -> HandTruth:
    """Truth of joints (21, 3) metres in camera space, at (21, 2) pixels."""
    relative = read_only(joints - joints[WRIST], np.float32)
    return HandTruth(read_only(joints_2d), relative, read_only(visible), handedness)
