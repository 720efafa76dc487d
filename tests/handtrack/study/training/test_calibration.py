from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.training.calibration import sigma_factors
from handtrack.study.training.validation import Predictions


def _predictions(across: float, along: float, depth: float, tails: bool = False) -> Predictions:
    """Hands whose errors are drawn from stated scales times these factors."""
    generator = np.random.default_rng(0)
    sigma = generator.uniform(0.01, 0.1, (2, 300, 21, 2))
    noise = generator.standard_t(3, (2, 300, 21, 3)) if tails else generator.normal(0, 1, (2, 300, 21, 3))
    error = noise * sigma[..., [0, 0, 1]] * [across, along, depth]
    joints = generator.uniform(0, 1, (300, 21, 3))
    found = joints + error
    return Predictions(found[..., :2], found[..., 2], sigma, np.zeros((2, 300)), joints)


def test_factors_are_found_along_each_axis():
    factors = sigma_factors(_predictions(0.5, 1.5, 3.0))
    assert factors.across == pytest.approx(0.5, rel=0.03)
    assert factors.along == pytest.approx(1.5, rel=0.03)
    assert factors.depth == pytest.approx(3.0, rel=0.03)
    assert factors.image == pytest.approx(np.sqrt((0.5**2 + 1.5**2) / 2), rel=0.03)


def test_long_tails_are_met_half_way():
    predictions = _predictions(1.0, 1.0, 1.0, tails=True)
    factor = sigma_factors(predictions).across
    ratio = np.abs(predictions.xy[..., 0] - predictions.joints[..., 0]) / predictions.sigma[..., 0]
    assert 0.683 < (ratio <= factor).mean() < 0.75
    assert (ratio <= 2 * factor).mean() < 0.954


def test_depth_is_fitted_on_exact_hands_where_there_are_any():
    factors = sigma_factors(_predictions(0.5, 1.5, 3.0), _predictions(1.0, 1.0, 5.0))
    assert factors.across == pytest.approx(0.5, rel=0.03)
    assert factors.along == pytest.approx(1.5, rel=0.03)
    assert factors.depth == pytest.approx(5.0, rel=0.03)


def test_unlike_hands_depth_may_be_doubted_more():
    factors = sigma_factors(_predictions(0.5, 1.5, 3.0), _predictions(1.0, 1.0, 5.0), depth_doubt=1.2)
    assert factors.across == pytest.approx(0.5, rel=0.03)
    assert factors.depth == pytest.approx(6.0, rel=0.03)
