"""The scale of sigma, fitted on held-out hands once the network is final."""

from __future__ import annotations

import numpy as np

from handtrack.model.sigma_factors import SigmaFactors
from handtrack.skeleton import WRIST
from handtrack.study.training.validation import Predictions

# What one and two standard deviations state of a normal distribution, and how far from it is still good.
_STATED = ((1.0, 0.683, 0.04), (2.0, 0.954, 0.03))
_CANDIDATES = 400


def sigma_factors(
    predictions: Predictions, exact: Predictions | None = None, depth_doubt: float = 1.0
) -> SigmaFactors:
    """Factors along each axis under which residuals lie inside one and two sigma as often as stated.

    Residuals have longer tails than a normal distribution, so both cannot be met at once: the squared
    distances of the two shares from what is stated, each over its tolerance, are least. Fitted over all loops
    and all joints but the wrist, whose depth is zero by definition.

    exact: hands whose depth is no other network's guess; the factor of depth is fitted on them, where there
    are any. depth_doubt: how much larger depth's sigma has to be of other bodies; see `TrainingSettings`.
    """
    joints = np.arange(predictions.xy.shape[2]) != WRIST
    image = np.abs(predictions.xy - predictions.joints[None, ..., :2])[:, :, joints]
    sigma = predictions.sigma[:, :, joints]
    known = exact or predictions
    depth = np.abs(known.z - known.joints[None, ..., 2])[:, :, joints]
    return SigmaFactors(
        across=fitted_factor(image[..., 0] / sigma[..., 0]),
        along=fitted_factor(image[..., 1] / sigma[..., 0]),
        depth=fitted_factor(depth / known.sigma[:, :, joints][..., 1]) * depth_doubt,
    )


def fitted_factor(ratio: np.ndarray) -> float:
    """The factor for residuals over sigma, of any shape, under which the shares are as nearly as stated."""
    ordered = np.sort(ratio, axis=None)
    low, high = np.quantile(ordered, [0.5, 0.9]).clip(1e-6)
    factors = np.geomspace(low, high, _CANDIDATES)
    cost = np.zeros(_CANDIDATES)
    for width, share, tolerance in _STATED:
        inside = np.searchsorted(ordered, width * factors, side="right") / len(ordered)
        cost += ((inside - share) / tolerance) ** 2
    return float(factors[cost.argmin()])
