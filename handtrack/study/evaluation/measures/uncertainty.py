"""How far one estimator's uncertainty can be trusted on one set: everything measured of it together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from handtrack.study.evaluation.measures.calibration import (
    Coverage,
    Reliability,
    coverage,
    image_distance,
    image_sigma,
    rank_correlation,
    rank_correlation_within,
    reliability,
    space_distance,
    space_sigma,
)
from handtrack.study.evaluation.measures.risk_coverage import RiskCoverage, risk_coverage
from handtrack.study.evaluation.scores import mean_known
from handtrack.study.training.calibration import fitted_factor


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well sigma tells large errors from small ones: Spearman's correlation and risk-coverage curves.

    Of the error in the image against the image's sigma, and of the error in image and depth against all
    of it; over single joints, and over the means of hands. Risks are in % of the crop's side.
    space_within: mean over the joints of the correlation among one joint's answers on all hands, for tips err
    more than knuckles, and to know that much says nothing of the hand in question.
    """

    image_joints: float
    image_hands: float
    space_joints: float
    space_hands: float
    space_within: float
    risk_joints: RiskCoverage | None
    risk_hands: RiskCoverage | None


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Calibration and ranking of the answers with sigma: inside 1 and 2 sigma, the curve, the ranking.

    depth_factor: what depth's sigma would have to be multiplied by to be true of these hands; NaN where no
    depth is known.
    """

    within_1_sigma: Coverage
    within_2_sigma: Coverage
    depth_factor: float
    reliability: Reliability
    ranking: Ranking


def measure_uncertainty(residual: np.ndarray, sigma: np.ndarray) -> Uncertainty:
    """Measures of one answer a hand: residual (N, 21, 3) and sigma (N, 21, 3) in crop sides; see `Scores`."""
    image_error, image_spread = image_distance(residual), image_sigma(sigma)
    error, spread = space_distance(residual), space_sigma(sigma)
    # A hand's mean sigma is that of the joints whose error counts.
    hand_image_sigma = mean_known(np.where(np.isnan(image_error), np.nan, image_spread))
    hand_spread = mean_known(np.where(np.isnan(error), np.nan, spread))
    hand_image_error, hand_error = mean_known(image_error), mean_known(error)
    return Uncertainty(
        coverage(residual, sigma, 1),
        coverage(residual, sigma, 2),
        _depth_factor(residual, sigma),
        reliability(residual, sigma),
        Ranking(
            rank_correlation(image_spread, image_error),
            rank_correlation(hand_image_sigma, hand_image_error),
            rank_correlation(spread, error),
            rank_correlation(hand_spread, hand_error),
            rank_correlation_within(spread, error),
            risk_coverage(spread, error * 100),
            risk_coverage(hand_spread, hand_error * 100),
        ),
    )


def _depth_factor(residual: np.ndarray, sigma: np.ndarray) -> float:
    ratio = (np.abs(residual) / sigma)[..., 2]
    known = ratio[~np.isnan(ratio)]
    return fitted_factor(known) if len(known) else math.nan
