"""Where the gate decides: its probability against the threshold, after each loop; free of torch."""

from __future__ import annotations

import numpy as np


def should_exit(probability: np.ndarray, threshold: float) -> np.ndarray:
    """Whether the loop ends: probability >= threshold, but never before the last loop at threshold 1.

    A probability that is not a number ends it too, except at threshold 1: more loops would not mend it.
    """
    return ~((probability < threshold) | (threshold >= 1.0))
