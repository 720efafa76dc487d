"""How much worse leaving early may be than all loops, said of people who were not measured.

The unit is the person, or the collection where persons cannot be told apart: hands of one person err alike,
so many of them say little about others. The bound is the upper end of a one-sided Student interval of the
persons' relative losses. Thresholds are tried from the most careful one on, each keeping the largest bound so
far (fixed-sequence testing, as in "Learn then Test", Angelopoulos et al., 2021): whatever bound is asked for,
the least threshold that keeps it may then be chosen without paying for having looked at all of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

CONFIDENCE: Final = 0.95
_LEAST_PERSONS: Final = 4


def worse_at_most(errors: np.ndarray, all_loops: np.ndarray, person: np.ndarray) -> list[float | None]:
    """Percent by which the mean error of a person is at most larger than with all loops, a threshold each.

    errors: (T, N) of N hands where each of T thresholds leaves, the most careful threshold last. all_loops:
    (N,). person: (N,) names. None everywhere where there are too few persons to say.
    """
    from scipy import stats

    names, row = np.unique(person, return_inverse=True)
    if len(names) < _LEAST_PERSONS:
        return [None] * len(errors)
    hands = np.bincount(row)
    full = np.bincount(row, all_loops) / hands
    relative = np.array([np.bincount(row, each) / hands / full - 1 for each in errors])
    spread = relative.std(axis=1, ddof=1) / np.sqrt(len(names))
    bound = relative.mean(axis=1) + stats.t.ppf(CONFIDENCE, len(names) - 1) * spread
    kept = np.maximum.accumulate(bound[::-1])[::-1]
    return [round(100 * float(value), 2) for value in np.maximum(kept, 0.0)]
