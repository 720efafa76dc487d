"""How flesh passes from one bone to the next."""

from __future__ import annotations

import numpy as np


def smooth_step(way: np.ndarray) -> np.ndarray:
    """From 0 to 1 over a way from 0 to 1, level at both ends (Hermite's cubic) and beyond them."""
    step = np.clip(way, 0.0, 1.0)
    return np.asarray(step * step * (3.0 - 2.0 * step))
