"""Boxes of finger nails: a finger tip lies in each, measured by a person, whatever a network says."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.skeleton import FINGERTIPS

_GROWN: Final = 1.5  # side of a box in which a tip is sought, over that of the nail's
_NEAR: Final = 0.15  # of a hand's extent: how far outside the box of its joints its nails may lie


def tips_in_nails(joints_2d: np.ndarray, nails: np.ndarray) -> np.ndarray:
    """True (K,) for boxes of nails (K, 4), grown by half, in which a finger tip of joints (21, 2) lies."""
    tips = joints_2d[list(FINGERTIPS), :2]
    middle, half = (nails[:, :2] + nails[:, 2:]) / 2, (nails[:, 2:] - nails[:, :2]) / 2 * _GROWN
    return np.asarray((np.abs(tips[None] - middle[:, None]) <= half[:, None]).all(axis=2).any(axis=1))


def nails_near(joints_2d: np.ndarray, nails: np.ndarray) -> np.ndarray:
    """True (K,) for boxes of nails (K, 4) that lie within reach of the hand with joints (21, 2)."""
    low, high = joints_2d.min(axis=0), joints_2d.max(axis=0)
    reach = _NEAR * float((high - low).max())
    middle = (nails[:, :2] + nails[:, 2:]) / 2
    return np.asarray(((middle >= low - reach) & (middle <= high + reach)).all(axis=1))
