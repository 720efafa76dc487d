from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.hand import IterationEstimate
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.mean_look import mean_by_certainty, mean_look, sigma_of_mean

FLOAT = np.float32


def look(at: float, sigma: float, loops: int = 2) -> CropEstimate:
    joints = np.full((21, 2), at, FLOAT)
    points = np.full((21, 3), at, FLOAT)
    one = IterationEstimate(joints, points, np.full(21, sigma, FLOAT), np.full(21, sigma, FLOAT), 0.7)
    carried = CarriedEstimate(
        joints, np.full(21, at, FLOAT), np.full((21, 2), sigma, FLOAT), np.full(21, sigma, FLOAT)
    )
    return CropEstimate((one,) * loops, carried, 0.9, 0.8)


def test_the_surer_look_counts_for_more():
    mean = mean_look([look(0, 1), look(5, 2)])
    last = mean.trace[-1]
    # Weights of 1 and 1/4.
    np.testing.assert_allclose(last.joints_2d, 1.0, rtol=1e-6)
    np.testing.assert_allclose(last.joints_3d, 1.0, rtol=1e-6)
    np.testing.assert_allclose(mean.carried.joints_2d, 1.0, rtol=1e-6)
    np.testing.assert_allclose(mean.carried.depth, 1.0, rtol=1e-6)
    assert last.joints_2d.dtype == mean.carried.depth.dtype == np.float32
    assert not last.joints_2d.flags.writeable


def test_each_joint_is_weighted_by_its_own_sigma():
    first, second = look(0, 1), look(4, 1)
    sigma = first.trace[-1].sigma_2d.copy()
    sigma[7] = 1000
    unsure = replace(first.trace[-1], sigma_2d=sigma)
    last = mean_look([replace(first, trace=(unsure,)), second]).trace[-1]
    np.testing.assert_allclose(last.joints_2d[6], 2.0)
    np.testing.assert_allclose(last.joints_2d[7], 4.0, rtol=1e-4)


def test_a_mean_is_little_surer_than_its_looks():
    alike = sigma_of_mean(np.full((3, 21), 2.0))
    assert (alike < 2.0).all()
    assert (alike > 2.0 / np.sqrt(3)).all()
    one_unsure = sigma_of_mean(np.array([2.0, 2.0, 100.0]))
    assert alike[0] < one_unsure < 100


def test_what_is_no_joint_is_the_first_looks_own():
    mean = mean_look([look(0, 1, loops=3), look(5, 2, loops=1)])
    assert len(mean.trace) == 1, "of the loops before there is no mean"
    assert (mean.presence, mean.right, mean.trace[-1].exit_probability) == (0.9, 0.8, 0.7)


def test_the_mean_of_one_look_is_that_look():
    only = look(3, 2)
    np.testing.assert_allclose(mean_look([only]).trace[-1].joints_2d, only.trace[-1].joints_2d)


def test_looks_without_any_doubt_are_no_division_by_zero():
    assert mean_by_certainty(np.array([1.0, 3.0]), np.zeros(2)) == pytest.approx(2.0)
