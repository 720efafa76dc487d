"""Puts the joints of a finger to their places in its flesh, for meshes whose own lie elsewhere."""

from __future__ import annotations

from typing import Final

import numpy as np

# Metres from a tip's joint, which is to lie amid the nail, to the end of the flesh.
_TIP: Final = 0.0065
_FOLD: Final = (0.007, 0.0055)  # metres before and behind the two outer joints over which the flesh bends


def mend_finger(
    points: np.ndarray,
    weights: np.ndarray,
    joints: np.ndarray,
    chain: list[int],
    outer_joints: tuple[float, float] | None = None,
) -> None:
    """Put a finger's outer joints and tip to their places, and let its flesh bend there; all in place.

    outer_joints: places on the way from the finger's knuckle to its end; None leaves them, as a thumb's.
    """
    share = weights[:, chain].sum(axis=1)
    line = joints[chain].copy()
    ahead = line[3] - line[2]
    ahead /= np.linalg.norm(ahead)
    line[3] = line[2] + ahead * ((points[share > 0.5] - line[2]) @ ahead).max()
    joints[chain[3]] = line[3] - _TIP * ahead
    if outer_joints is None:
        return
    reach = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    for number, (place, half) in enumerate(zip(outer_joints, _FOLD, strict=True), start=1):
        joints[chain[number]] = [np.interp(place * reach[3], reach, line[:, axis]) for axis in range(3)]
        beyond = points - joints[chain[number]]
        along = joints[chain[3]] - joints[chain[number - 1]]
        step = np.clip(0.5 + beyond @ along / np.linalg.norm(along) / (2 * half), 0.0, 1.0)
        moved = share * step * step * (3.0 - 2.0 * step)
        weights[:, chain[number - 1]] = share - moved
        share = moved
    weights[:, chain[2]], weights[:, chain[3]] = share, 0.0
