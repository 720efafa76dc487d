from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.evaluation.protocols.curves import (
    FREIHAND_THRESHOLDS_MM,
    HAND3D_FROM_20_MM,
    HAND3D_THRESHOLDS_MM,
    area_under_curve,
    mean_error,
    median_error,
    pck_curve,
)

NAN = np.nan
# Three hands (rows) of two joints (columns).
ERRORS = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])


def test_mean_and_median_are_taken_by_joint_and_then_averaged() -> None:
    assert mean_error(ERRORS) == pytest.approx(16.5)  # of 3 and 30
    assert median_error(ERRORS) == pytest.approx(11.0)  # of 2 and 20


def test_a_joint_that_counts_in_one_hand_weighs_as_much_as_one_that_counts_in_all() -> None:
    errors = np.array([[1.0, 10.0], [2.0, NAN], [6.0, NAN]])

    assert mean_error(errors) == pytest.approx(6.5)  # of 3 and 10
    assert median_error(errors) == pytest.approx(6.0)  # of 2 and 10
    # At 2: joint 0 in two of three hands, joint 1 in none of one; at 10: again two of three, and one of one.
    assert pck_curve(errors, np.array([2.0, 10.0])) == pytest.approx([1 / 3, 1.0])


def test_a_joint_that_never_counts_is_left_out() -> None:
    errors = np.array([[1.0, NAN], [3.0, NAN]])

    assert mean_error(errors) == 2
    assert median_error(errors) == 2
    assert pck_curve(errors, np.array([0.0, 1.0, 3.0])).tolist() == [0, 0.5, 1]


def test_pck_includes_errors_that_equal_the_threshold() -> None:
    # At 2: joint 0 in two of three hands, joint 1 in none. At 20: all of joint 0, two of three of joint 1.
    assert pck_curve(ERRORS, np.array([0.0, 2.0, 20.0, 60.0])) == pytest.approx([0, 1 / 3, 5 / 6, 1])


def test_area_is_of_trapezoids_over_the_range() -> None:
    # 0 to 10: mean height 0.25; 10 to 40: mean height 0.75. (2.5 + 22.5) / 40.
    assert area_under_curve(np.array([0, 0.5, 1]), np.array([0, 10, 40])) == pytest.approx(0.625)
    # The range need not begin at 0: 20 to 30 at 0.5, 30 to 50 at a mean of 0.75. (5 + 15) / 30.
    assert area_under_curve(np.array([0.5, 0.5, 1]), np.array([20, 30, 50])) == pytest.approx(2 / 3)


def test_mean_of_the_joints_areas_is_the_area_of_their_mean_curve() -> None:
    thresholds = HAND3D_THRESHOLDS_MM
    areas = [area_under_curve(pck_curve(ERRORS[:, [j]], thresholds), thresholds) for j in (0, 1)]

    assert area_under_curve(pck_curve(ERRORS, thresholds), thresholds) == pytest.approx(np.mean(areas))


def test_thresholds_are_the_published_ones() -> None:
    assert len(HAND3D_THRESHOLDS_MM) == 20
    assert HAND3D_THRESHOLDS_MM[[0, 1, 19]] == pytest.approx([0, 2.6316, 50], abs=1e-4)
    assert len(FREIHAND_THRESHOLDS_MM) == 100
    assert FREIHAND_THRESHOLDS_MM[[0, 1, 99]] == pytest.approx([0, 0.5051, 50], abs=1e-4)


def test_20_to_50_begins_at_the_ninth_threshold() -> None:
    late = HAND3D_THRESHOLDS_MM[HAND3D_FROM_20_MM:]

    assert len(late) == 12
    assert late[[0, -1]] == pytest.approx([21.0526, 50], abs=1e-4)


def test_area_from_20_to_50_mm_by_hand() -> None:
    # One joint, two hands with 10 and 30 mm. The curve is 0.5 at the thresholds 21.05, 23.68, 26.32 and
    # 28.95, and 1 from 31.58 on. Of the 11 equal intervals, 3 are at 0.5, one at 0.75 and 7 at 1: 9.25 / 11.
    late = HAND3D_THRESHOLDS_MM[HAND3D_FROM_20_MM:]
    curve = pck_curve(np.array([[10.0], [30.0]]), late)

    assert curve.tolist() == [0.5] * 4 + [1.0] * 8
    assert area_under_curve(curve, late) == pytest.approx(9.25 / 11)
