"""Where the gate decides: its probability against the threshold, after each loop; free of torch."""

from __future__ import annotations

import numpy as np


def should_exit(probability: np.ndarray, threshold: float) -> np.ndarray:
    """Whether the loop ends: probability >= threshold, but never before the last loop at threshold 1.

    A probability that is not a number ends it too, except at threshold 1: more loops would not mend it.
    """
    return ~((probability < threshold) | (threshold >= 1.0))


def exit_loops(exit_probability: np.ndarray, threshold: float) -> np.ndarray:
    """Loop (N,), counted from 0, after which each hand leaves, from the gate's probabilities (N, L)."""
    leaves = should_exit(exit_probability, threshold)
    leaves[:, -1] = True
    return leaves.argmax(axis=1)
