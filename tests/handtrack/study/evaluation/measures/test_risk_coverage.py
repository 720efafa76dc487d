from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.evaluation.measures.risk_coverage import risk_coverage


def test_risk_is_the_mean_error_of_the_most_certain() -> None:
    curve = risk_coverage(np.array([0.3, 0.1, 0.2, 0.4]), np.array([3.0, 1.0, 6.0, 2.0]))

    assert curve is not None
    # From the most certain on: 1, 6, 3, 2; their running means 1, 7/2, 10/3, 3.
    assert curve.coverage[4::5] == pytest.approx((0.25, 0.5, 0.75, 1.0))
    assert curve.risk[4::5] == pytest.approx((1.0, 3.5, 10 / 3, 3.0))
    assert curve.area == pytest.approx((1 + 3.5 + 10 / 3 + 3) / 4)
    # In perfect order 1, 2, 3, 6: running means 1, 3/2, 2, 3.
    assert curve.perfect_risk[4::5] == pytest.approx((1.0, 1.5, 2.0, 3.0))
    assert curve.perfect_area == pytest.approx(7.5 / 4)
    assert curve.chance_area == pytest.approx(3.0)


def test_a_curve_that_rises_where_more_is_left_out_is_counted() -> None:
    falling = risk_coverage(np.arange(40.0), np.arange(40.0))
    assert falling is not None
    assert falling.rises == 0

    error = np.arange(40.0)
    error[0:4] = 30.0  # the surest are wrong
    rising = risk_coverage(np.arange(40.0), error)
    assert rising is not None
    assert rising.rises > 0


def test_uncertainty_that_knows_nothing_does_as_chance_does() -> None:
    generator = np.random.default_rng(0)
    curve = risk_coverage(generator.uniform(size=5000), generator.exponential(size=5000))

    assert curve is not None
    assert curve.area == pytest.approx(curve.chance_area, rel=0.1)
    assert curve.perfect_area < 0.5 * curve.chance_area


def test_what_is_not_known_does_not_count() -> None:
    curve = risk_coverage(np.array([[0.1, 0.2], [0.3, np.nan]]), np.array([[1.0, np.nan], [3.0, 9.0]]))

    assert curve is not None
    assert curve.chance_area == pytest.approx(2.0)
    assert curve.risk[9] == pytest.approx(1.0)
    assert risk_coverage(np.array([0.1]), np.array([np.nan])) is None
