"""Hands in a picture as the finder is taught them: rows of numbers that a map of the plane moves."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints
from handtrack.hand import Handedness

X, Y, SIZE, UP_X, UP_Y, RIGHT, TAUGHT = range(7)
"""Columns of hands (K, 7): middle and larger side of the upright hand in pixels; from wrist to middle
knuckle, of length 1, NaN where it is not known; 1 for the person's right hand, 0 for the left, NaN where it
is not known; 1 for a hand to be found, 0 for a place that may be one and teaches nothing."""

COLUMNS: Final = 7


def no_hands() -> np.ndarray:
    """Hands (0, 7)."""
    return np.zeros((0, COLUMNS), np.float32)


def hand_of_joints(joints_2d: np.ndarray, handedness: Handedness | None, taught: bool = True) -> np.ndarray:
    """Hand (7,) of joints (21, 2) in pixels."""
    crop = crop_from_joints(joints_2d, 1.0)
    right = math.nan if handedness is None else float(handedness == "right")
    up = math.sin(crop.angle), -math.cos(crop.angle)
    return np.array([*crop.centre, crop.size, *up, right, float(taught)], np.float32)


def hand_of_box(box: np.ndarray, taught: bool = True) -> np.ndarray:
    """Hand (7,) of a box (x0, y0, x1, y1) in pixels, of which it is not known how the hand lies in it."""
    x0, y0, x1, y1 = box.tolist()
    size = max(x1 - x0, y1 - y0)
    return np.array(
        [(x0 + x1) / 2, (y0 + y1) / 2, size, math.nan, math.nan, math.nan, float(taught)], np.float32
    )


def moved(hands: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Hands (K, 7) under a map (2, 3) that turns, scales, shifts and may mirror."""
    result = hands.copy()
    linear = matrix[:, :2]
    scale = math.sqrt(abs(float(np.linalg.det(linear))))
    result[:, [X, Y]] = apply_affine(matrix, hands[:, [X, Y]])
    result[:, SIZE] *= scale
    result[:, [UP_X, UP_Y]] = hands[:, [UP_X, UP_Y]] @ linear.T / scale
    if np.linalg.det(linear) < 0:
        result[:, RIGHT] = 1 - hands[:, RIGHT]
    return result
