"""Whether a stated uncertainty is true: coverage, the reliability curve, and rank correlation with the error.

Everywhere residual (..., 3) is the signed error along x, y and depth, NaN where it is not known, and sigma
(..., 3) the standard deviation stated along each, in the same unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.study.evaluation.scores import mean_known

STATED_COVERAGE: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Shares at which the reliability curve is read."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares in 0..1, along each dimension, and over all three together."""

    x: float
    y: float
    depth: float
    all: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Found shares (in 0..1) beside those stated, along each dimension and over all.

    gap: mean distance of found from stated, over all dimensions; 0 is perfect.
    """

    stated: tuple[float, ...]
    found: tuple[Coverage, ...]
    gap: float


def coverage(residual: np.ndarray, sigma: np.ndarray, factor: float) -> Coverage:
    """Share of residuals that lie within factor times their sigma; NaN where none is known."""
    found = inside(residual, sigma, factor).reshape(-1, 3)
    x, y, depth = mean_known(found, axis=0).tolist()
    return Coverage(x, y, depth, float(mean_known(found.ravel())))


def inside(residual: np.ndarray, sigma: np.ndarray, factor: float = 1.0) -> np.ndarray:
    """1 for each residual (..., 3) within factor times its sigma, else 0; NaN where it is not known."""
    return np.where(np.isnan(residual), np.nan, np.abs(residual) <= factor * sigma)


def reliability(
    residual: np.ndarray, sigma: np.ndarray, stated: Sequence[float] = STATED_COVERAGE
) -> Reliability:
    """Share of residuals inside the central interval of each stated share of a normal distribution.

    A standard deviation alone does not fix a distribution. It is read as most people read it: normal, so
    that 1 sigma states 68.3 % and 2 sigma 95.4 %.
    """
    from scipy.special import ndtri

    found = tuple(coverage(residual, sigma, float(ndtri((1 + share) / 2))) for share in stated)
    gap = float(np.mean([abs(each.all - share) for each, share in zip(found, stated, strict=True)]))
    return Reliability(tuple(stated), found, gap)


def rank_correlation(uncertainty: np.ndarray, error: np.ndarray) -> float:
    """Spearman's rank correlation of two arrays of one shape, over the pairs that are known.

    NaN where fewer than three pairs are known, or where all values of one side are equal.
    """
    from scipy.stats import spearmanr

    known = np.isfinite(uncertainty) & np.isfinite(error)
    a, b = uncertainty[known], error[known]
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(spearmanr(a, b).statistic)


def rank_correlation_within(uncertainty: np.ndarray, error: np.ndarray) -> float:
    """Mean over the columns of arrays (N, J) of each one's own rank correlation; NaN where none has one."""
    columns = [rank_correlation(u, e) for u, e in zip(uncertainty.T, error.T, strict=True)]
    return float(mean_known(np.array(columns)))


def image_distance(residual: np.ndarray) -> np.ndarray:
    """Length (...) of the residuals in the image."""
    return np.linalg.norm(residual[..., :2], axis=-1)


def space_distance(residual: np.ndarray) -> np.ndarray:
    """Length (...) of the residuals in image and depth together; NaN where the depth is not known."""
    return np.linalg.norm(residual, axis=-1)


def space_sigma(sigma: np.ndarray) -> np.ndarray:
    """Standard deviation (...) of that length about zero: the root of the sum of the three variances."""
    return np.linalg.norm(sigma, axis=-1)


def image_sigma(sigma: np.ndarray) -> np.ndarray:
    """Standard deviation (...) along an image axis: the root mean square of x and y."""
    return np.sqrt(np.square(sigma[..., :2]).mean(axis=-1))
