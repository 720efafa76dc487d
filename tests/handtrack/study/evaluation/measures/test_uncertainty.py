from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.evaluation.measures.uncertainty import measure_uncertainty


def honest(hands: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Residuals drawn from the very sigmas that are stated, which differ from joint to joint."""
    generator = np.random.default_rng(0)
    # Joints differ more than a joint's axes do.
    sigma = generator.uniform(0.01, 0.2, (hands, 21, 1)) * generator.uniform(0.8, 1.2, (hands, 21, 3))
    residual = generator.normal(0, 1, (hands, 21, 3)) * sigma
    residual[:, 0, 2] = np.nan
    return residual, sigma


def test_honest_uncertainty_is_found_calibrated_and_telling() -> None:
    measured = measure_uncertainty(*honest())

    assert measured.within_1_sigma.all == pytest.approx(0.683, abs=0.02)
    assert measured.within_2_sigma.all == pytest.approx(0.954, abs=0.01)
    assert measured.depth_factor == pytest.approx(1.0, rel=0.03)
    assert measured.reliability.gap < 0.02
    assert measured.ranking.image_joints > 0.5
    assert measured.ranking.space_joints > 0.5
    assert measured.ranking.image_hands > 0.2
    assert measured.ranking.risk_joints is not None
    assert measured.ranking.risk_joints.rises == 0
    assert measured.ranking.risk_joints.area < measured.ranking.risk_joints.chance_area


def test_what_depths_sigma_lacks_is_said() -> None:
    residual, sigma = honest()
    assert measure_uncertainty(residual * [1, 1, 1.5], sigma).depth_factor == pytest.approx(1.5, rel=0.03)
    assert np.isnan(measure_uncertainty(residual * [1, 1, np.nan], sigma).depth_factor)


def test_uncertainty_dealt_at_random_tells_nothing() -> None:
    residual, sigma = honest()
    shuffled = np.random.default_rng(1).permutation(sigma.reshape(-1, 3)).reshape(sigma.shape)

    ranking = measure_uncertainty(residual, shuffled).ranking

    assert abs(ranking.image_joints) < 0.05
    assert abs(ranking.space_joints) < 0.05


def test_a_hands_sigma_is_that_of_the_joints_that_count() -> None:
    residual, sigma = honest()
    clean = measure_uncertainty(residual, sigma).ranking
    residual[:, 5:9] = np.nan
    expected = measure_uncertainty(
        np.delete(residual, slice(5, 9), 1), np.delete(sigma, slice(5, 9), 1)
    ).ranking
    sigma[:, 5:9] = np.random.default_rng(2).uniform(0, 100, (len(sigma), 4, 3))

    measured = measure_uncertainty(residual, sigma).ranking

    assert measured.image_hands == pytest.approx(expected.image_hands)
    assert measured.space_hands == pytest.approx(expected.space_hands)
    assert measured.space_hands != pytest.approx(clean.space_hands)


def test_risks_are_in_percent_of_the_crop() -> None:
    residual = np.full((2, 21, 3), 0.03)
    residual[..., 1], residual[..., 2] = 0.04, 0.0

    ranking = measure_uncertainty(residual, np.full((2, 21, 3), 0.1)).ranking

    assert ranking.risk_hands is not None
    assert ranking.risk_hands.chance_area == pytest.approx(5.0)
