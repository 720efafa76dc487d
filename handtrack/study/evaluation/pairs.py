"""Which of the hands that are shown is which of those that are known."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

_OUT_OF_REACH = 1e6  # no pair is worth having, so that it never keeps two near ones apart


def pairs_in_reach(distances: np.ndarray, reach: float = np.inf) -> list[tuple[int, int]]:
    """Row and column of each pair, none of them twice: as many as lie within reach, the nearest in all.

    distances: (K, N), infinite where two are no pair.
    """
    near = np.isfinite(distances) & (distances <= reach)
    pairs = zip(*linear_sum_assignment(np.where(near, distances, _OUT_OF_REACH)), strict=True)
    return [(int(row), int(column)) for row, column in pairs if near[row, column]]
