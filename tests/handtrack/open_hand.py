"""A hand for tests of what is seen of one, and the lengths of its bones."""

from __future__ import annotations

import numpy as np

FINGERS = (
    (-0.035, 0.02, (0.03, 0.03, 0.025)),
    (-0.025, 0.09, (0.04, 0.025, 0.02)),
    (0.0, 0.09, (0.045, 0.03, 0.02)),
    (0.02, 0.085, (0.04, 0.025, 0.02)),
    (0.038, 0.075, (0.03, 0.02, 0.02)),
)
"""From thumb to little finger, metres: how far to the side and up it begins, and its three bones."""


def open_hand() -> np.ndarray:
    """A flat right hand, palm to the camera, fingers up, (21, 3) metres, wrist at the origin."""
    points = [(0.0, 0.0, 0.0)]
    for x, base, bones in FINGERS:
        y = -base
        points.append((x, y, 0.0))
        for bone in bones:
            y -= bone
            points.append((x, y, 0.0))
    return np.array(points)
