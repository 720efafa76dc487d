"""How near hands are to others in what they look like: an estimator is as good as it has seen their like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from handtrack.skeleton import MIDDLE_MCP, WRIST

NEIGHBOURS: Final = 5
_CHUNK: Final = 32


def image_shapes(joints: np.ndarray) -> np.ndarray:
    """Joints (N, 21, 2) as the image shows them, of hands (N, 21, 2 or 3) as right ones, in any unit.

    Centred, turned so that the middle finger's knuckle lies straight above the wrist, the longer side 1.
    """
    flat = joints[..., :2] - joints[..., :2].mean(axis=1, keepdims=True)
    up = flat[:, MIDDLE_MCP] - flat[:, WRIST]
    angle = np.arctan2(up[:, 0], -up[:, 1])
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([cosine, sine], axis=1), np.stack([-sine, cosine], axis=1)], axis=1)
    upright = np.einsum("nij,nkj->nki", turn, flat)
    extent = np.ptp(upright, axis=1).max(axis=1)
    return np.asarray(upright / extent[:, None, None], np.float32)


def distance_to_nearest(
    joints: np.ndarray,
    others: np.ndarray,
    count: int = NEIGHBOURS,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """How far (N,) hands are from the nearest of others, in % of a hand's extent.

    joints: (N, 21, 2 or 3), others: (M, 21, 2 or 3), M >= count, see `image_shapes`. The distance of two
    hands is the mean of their joints'; given is its mean over the count nearest.
    """
    shapes, known = image_shapes(joints), image_shapes(others)
    nearest = []
    for begin in range(0, len(shapes), _CHUNK):
        apart = known[None] - shapes[begin : begin + _CHUNK, None]
        distances = np.hypot(apart[..., 0], apart[..., 1]).mean(axis=-1)
        nearest.append(np.partition(distances, count - 1, axis=1)[:, :count].mean(axis=1))
        if progress:
            progress(min(begin + _CHUNK, len(shapes)), len(shapes))
    return 100 * np.concatenate(nearest)
