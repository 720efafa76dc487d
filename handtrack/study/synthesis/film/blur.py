"""Motion blur of a drawn layer by the true motion of the points in it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

_MOST_STEPS: Final = 32


def fit_motion(points: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Affine displacement field (2, 3), by least squares, of points (N, 2) that moved by (N, 2), pixels.

    The field at a point p is D @ (x, y, 1).
    """
    base = np.column_stack([points, np.ones(len(points))])
    field, *_ = np.linalg.lstsq(base, moved, rcond=None)
    return np.asarray(field.T)


def blurred(layer: np.ndarray, motion: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The mean of a layer (H, W, 4) float32 over a motion that is half done now.

    motion: displacement field (2, 3) over the whole exposure, see `fit_motion`. points: (N, 2) pixels, whose
    longest way says how finely it is sampled: a step is a pixel and a half at most.
    """
    way = float(np.linalg.norm(points @ motion[:, :2].T + motion[:, 2], axis=1).max())
    steps = min(_MOST_STEPS, int(np.ceil(way / 1.5)) + 1)
    if steps < 2:
        return layer
    rows, columns = np.nonzero(layer[..., 3])
    if not len(rows):
        return layer
    room = int(np.ceil(2 * way)) + 2
    top, bottom = max(0, rows.min() - room), min(layer.shape[0], rows.max() + room + 1)
    left, right = max(0, columns.min() - room), min(layer.shape[1], columns.max() + room + 1)
    part = layer[top:bottom, left:right]
    # In the part's own pixels: its origin moves as the field there says.
    shifted = motion.copy()
    shifted[:, 2] += motion[:, :2] @ (left, top)
    total = np.zeros_like(part)
    for time in np.linspace(-0.5, 0.5, steps):
        matrix = np.eye(2, 3) + time * shifted
        cv2.accumulate(
            cv2.warpAffine(part, matrix, part.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), total
        )
    result = layer.copy()
    result[top:bottom, left:right] = total / np.float32(steps)
    return result
