"""Whether leaving out what is uncertain leaves out what is wrong: the risk-coverage curve.

Source: Geifman and El-Yaniv, "Selective classification for deep neural networks" (NeurIPS 2017), with the
mean error as the risk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

CURVE_POINTS = 20


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """Mean error of the most certain share of the answers, for shares of 5, 10, ... 100 %.

    coverage, risk: (20,). perfect_risk: (20,), if uncertainty ranked exactly as the error does. area,
    perfect_area: mean of the risk over every possible coverage. chance_area: the same if uncertainty knew
    nothing, which is the mean error.
    rises: steps between neighbouring shares at which leaving more out raises the risk; 0 means that the
    curve falls throughout.
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    perfect_risk: tuple[float, ...]
    area: float
    perfect_area: float
    chance_area: float
    rises: int


def risk_coverage(uncertainty: np.ndarray, error: np.ndarray) -> RiskCoverage | None:
    """Curve of two arrays of one shape over the pairs that are known, or None where none is.

    Equal uncertainties keep the order in which they stand.
    """
    known = np.isfinite(uncertainty) & np.isfinite(error)
    uncertainty, error = uncertainty[known], error[known].astype(np.float64)
    if not len(error):
        return None
    running = _running_means(error[np.argsort(uncertainty, kind="stable")])
    share = np.arange(1, CURVE_POINTS + 1) / CURVE_POINTS
    # Rounded first: 0.15 * 20 is a little more than 3.
    last = [math.ceil(round(s * len(error), 9)) - 1 for s in share]
    risk, perfect = running[last], _running_means(np.sort(error))
    return RiskCoverage(
        tuple(share.tolist()),
        tuple(risk.tolist()),
        tuple(perfect[last].tolist()),
        float(running.mean()),
        float(perfect.mean()),
        float(error.mean()),
        int((risk[:-1] > risk[1:]).sum()),
    )


def _running_means(values: np.ndarray) -> np.ndarray:
    return np.cumsum(values) / np.arange(1, len(values) + 1)
