from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.evaluation.measures.calibration import (
    coverage,
    image_distance,
    rank_correlation,
    rank_correlation_within,
    reliability,
    space_distance,
    space_sigma,
)


def test_coverage_counts_residuals_inside_their_own_sigma() -> None:
    residual = np.array([[0.5, -1.5, 3.0], [-1.0, 0.2, -1.9]])
    sigma = np.array([[1.0, 1.0, 2.0], [1.0, 1.0, 2.0]])

    once, twice = coverage(residual, sigma, 1), coverage(residual, sigma, 2)

    # x: 0.5 and 1.0 of 1; y: 1.5 and 0.2 of 1; depth: 3.0 and 1.9 of 2.
    assert (once.x, once.y, once.depth) == (1.0, 0.5, 0.5)
    assert once.all == pytest.approx(4 / 6)
    assert (twice.x, twice.y, twice.depth, twice.all) == (1.0, 1.0, 1.0, 1.0)


def test_unknown_residuals_do_not_count() -> None:
    residual = np.array([[0.5, 0.5, np.nan], [0.5, 5.0, 0.5]])

    found = coverage(residual, np.ones((2, 3)), 1)

    assert (found.x, found.y, found.depth) == (1.0, 0.5, 1.0)
    assert found.all == pytest.approx(4 / 5)


def test_coverage_of_nothing_is_not_known() -> None:
    found = coverage(np.full((2, 21, 3), np.nan), np.ones((2, 21, 3)), 1)

    assert np.isnan([found.x, found.y, found.depth, found.all]).all()


def test_normal_residuals_are_found_as_often_as_stated() -> None:
    generator = np.random.default_rng(0)
    sigma = generator.uniform(0.5, 2.0, (20000, 3))
    residual = generator.normal(0, 1, (20000, 3)) * sigma

    curve = reliability(residual, sigma)

    for stated, found in zip(curve.stated, curve.found, strict=True):
        assert [found.x, found.y, found.depth] == pytest.approx([stated] * 3, abs=0.02)
    assert curve.gap < 0.01


def test_reliability_is_read_at_quantiles_of_the_normal_distribution() -> None:
    # Half of a normal distribution lies within 0.6745 of its standard deviation.
    residual = np.array([[0.67, 0.68, 0.67]])

    curve = reliability(residual, np.ones((1, 3)), [0.5])

    [found] = curve.found
    assert (found.x, found.y, found.depth) == (1.0, 0.0, 1.0)
    assert curve.gap == pytest.approx(2 / 3 - 0.5)


def test_overconfidence_shows_as_a_gap() -> None:
    residual = np.random.default_rng(0).normal(0, 1, (5000, 3))

    assert reliability(residual, np.full((5000, 3), 0.5)).gap > 0.15


def test_rank_correlation_is_spearmans() -> None:
    # Ranks 1 2 3 4 against 2 1 4 3: 1 - 6 * 4 / (4 * 15).
    assert rank_correlation(np.array([1.0, 2, 3, 4]), np.array([20.0, 10, 400, 30])) == pytest.approx(0.6)
    assert rank_correlation(np.array([1.0, 2, 3]), np.array([9.0, 4, 1])) == pytest.approx(-1.0)


def test_rank_correlation_leaves_out_what_is_not_known() -> None:
    uncertainty = np.array([[1.0, 2, 3], [4, 5, np.inf]])
    error = np.array([[1.0, np.nan, 2], [3, 4, 0]])

    assert rank_correlation(uncertainty, error) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("uncertainty", "error"), [([1.0, 1, 1], [1.0, 2, 3]), ([1.0, 2, 3], [5.0, 5, 5]), ([1.0, 2], [1.0, 2])]
)
def test_rank_correlation_that_means_nothing_is_not_a_number(
    uncertainty: list[float], error: list[float]
) -> None:
    assert np.isnan(rank_correlation(np.array(uncertainty), np.array(error)))


def test_distances_are_in_the_image_and_with_depth() -> None:
    residual = np.array([[3.0, 4.0, 12.0], [3.0, 4.0, np.nan]])

    assert image_distance(residual).tolist() == [5.0, 5.0]
    assert space_distance(residual)[0] == 13.0
    assert np.isnan(space_distance(residual)[1])
    assert space_sigma(np.array([[2.0, 2.0, 1.0]])).tolist() == [3.0]


def test_knowing_which_joints_err_more_is_not_knowing_when() -> None:
    generator = np.random.default_rng(1)
    usual = np.linspace(1, 10, 21)
    error = usual * generator.gamma(2.0, 1.0, (300, 21))
    assert rank_correlation(np.broadcast_to(usual, error.shape), error) > 0.4
    assert np.isnan(rank_correlation_within(np.broadcast_to(usual, error.shape), error))
    assert abs(rank_correlation_within(usual * generator.gamma(2.0, 1.0, error.shape), error)) < 0.05
    assert rank_correlation_within(error**2, error) == pytest.approx(1.0)
