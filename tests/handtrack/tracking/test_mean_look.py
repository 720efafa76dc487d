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


@pytest.mark.parametrize(("by_hand", "mean_of_both"), [(False, 5 / 5), (True, 5 / 17)])
def test_the_surer_look_counts_for_more(by_hand, mean_of_both):
    mean = mean_look([look(0, 1), look(5, 2)], by_hand)
    last = mean.trace[-1]
    # Weights of 1 and 1/4; by the hand's sigma too, of 1 and 1/16.
    np.testing.assert_allclose(last.joints_2d, mean_of_both, rtol=1e-6)
    np.testing.assert_allclose(last.joints_3d, mean_of_both, rtol=1e-6)
    np.testing.assert_allclose(mean.carried.joints_2d, mean_of_both, rtol=1e-6)
    np.testing.assert_allclose(mean.carried.depth, mean_of_both, rtol=1e-6)
    assert last.joints_2d.dtype == mean.carried.depth.dtype == np.float32
    assert not last.joints_2d.flags.writeable


def with_sigma(of: CropEstimate, sigma: dict[int, float]) -> CropEstimate:
    last = of.trace[-1]
    each = last.sigma_2d.copy()
    each[list(sigma)] = list(sigma.values())
    return replace(of, trace=(replace(last, sigma_2d=each),))


@pytest.mark.parametrize("by_hand", [False, True])
def test_each_joint_is_weighted_by_its_own_sigma(by_hand):
    # As sure of the whole hand as the other.
    first = with_sigma(look(0, 1), {7: 1000, 8: 1 / 1000})
    last = mean_look([first, look(4, 1)], by_hand).trace[-1]
    np.testing.assert_allclose(last.joints_2d[6], 2.0)
    np.testing.assert_allclose(last.joints_2d[7], 4.0, rtol=1e-4)
    np.testing.assert_allclose(last.joints_2d[8], 0.0, atol=1e-4)


def test_who_is_unsure_of_the_hand_counts_for_less_at_every_joint():
    first = with_sigma(look(0, 1), dict.fromkeys(range(20), 2.0))
    last = mean_look([first, look(4, 1)], by_hand=True).trace[-1]
    # Its hand's sigma is 2 ** (20 / 21), its last joint's 1.
    np.testing.assert_allclose(last.joints_2d[20], 4 / (1 + 2 ** (-40 / 21)), rtol=1e-6)
    np.testing.assert_allclose(last.joints_3d, 2.0, rtol=1e-6, err_msg="it is as sure of the depth")


def test_a_mean_is_little_surer_than_its_looks():
    alike = sigma_of_mean(np.full((3, 21), 2.0))
    assert (alike < 2.0).all()
    assert (alike > 2.0 / np.sqrt(3)).all()
    one_unsure = sigma_of_mean(np.array([2.0, 2.0, 100.0]))
    assert alike[0] < one_unsure < 100


def test_what_is_no_joint_is_the_first_looks_own():
    mean = mean_look([look(0, 1, loops=3), look(5, 2, loops=1)], by_hand=False)
    assert len(mean.trace) == 1, "of the loops before there is no mean"
    assert (mean.presence, mean.right, mean.trace[-1].exit_probability) == (0.9, 0.8, 0.7)


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_mean_of_one_look_is_that_look(by_hand):
    only = look(3, 2)
    np.testing.assert_allclose(mean_look([only], by_hand).trace[-1].joints_2d, only.trace[-1].joints_2d)


@pytest.mark.parametrize("by_hand", [False, True])
def test_looks_without_any_doubt_are_no_division_by_zero(by_hand):
    assert mean_by_certainty(np.array([[1.0], [3.0]]), np.zeros((2, 1)), by_hand) == pytest.approx(2.0)
