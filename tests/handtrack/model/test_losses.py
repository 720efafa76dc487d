from __future__ import annotations

import math

import pytest
import torch

from handtrack.model.estimate import Estimate
from handtrack.model.losses import Target, heat_cross_entropy, joint_error, joint_likelihood


def _estimate(offset: float, log_scale: float) -> tuple[Estimate, Target]:
    xy = torch.full((1, 21, 2), 0.5)
    z = torch.zeros(1, 21)
    estimate = Estimate(xy + offset, z + offset, torch.full((1, 21, 2), log_scale, requires_grad=True))
    return estimate, Target(xy, z, torch.ones(1, 21), torch.ones(1), torch.ones(1))


def test_likelihood_is_that_of_laplace():
    estimate, target = _estimate(0.1, math.log(0.2))
    expected = 3 * (0.1 / 0.2 + math.log(0.2))  # two image dimensions and depth; log 2 left out
    assert joint_likelihood(estimate, target, beta=0.0)[0, 0].item() == pytest.approx(expected, rel=1e-5)


def test_likelihood_can_be_that_of_a_normal_distribution():
    estimate, target = _estimate(0.1, math.log(0.2))
    expected = 3 * (0.1**2 / (2 * 0.2**2) + math.log(0.2))  # half of log 2 pi left out
    found = joint_likelihood(estimate, target, "gaussian", beta=0.0)[0, 0].item()
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("likelihood", ["laplace", "gaussian"])
@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_best_scale_is_the_error(beta, likelihood):
    estimate, target = _estimate(0.1, math.log(0.1))
    joint_likelihood(estimate, target, likelihood, beta).sum().backward()
    assert estimate.log_scale.grad is not None
    assert torch.allclose(estimate.log_scale.grad, torch.zeros_like(estimate.log_scale), atol=1e-5)


def test_heat_is_judged_at_the_four_cells_around_the_joint():
    heat = torch.full((1, 1, 16), 0.01)
    heat[0, 0, [5, 6, 9, 10]] = torch.tensor([0.4, 0.2, 0.1, 0.16])
    # Three quarters of the way from the second row's centres to the third's, half way between columns.
    xy = torch.tensor([[[0.5, 0.375 + 0.75 / 4]]])

    expected = -(0.125 * math.log(0.4 * 0.2) + 0.375 * math.log(0.1 * 0.16))
    assert heat_cross_entropy(heat, xy).item() == pytest.approx(expected, rel=1e-5)


def test_heat_of_a_joint_outside_the_crop_is_judged_at_the_edge_and_stays_finite():
    heat = torch.zeros(1, 1, 16)
    heat[0, 0, 3] = 1.0

    assert heat_cross_entropy(heat, torch.tensor([[[1.4, -0.2]]])).item() == pytest.approx(0.0)
    assert math.isfinite(heat_cross_entropy(heat, torch.tensor([[[0.1, 0.9]]])).item())


def test_joint_error_counts_trusted_joints_alone():
    estimate, target = _estimate(0.0, 0.0)
    xy = estimate.xy.clone()
    xy[0, 4, 0] += 0.3
    shifted = estimate._replace(xy=xy)
    assert joint_error(shifted, target).item() == pytest.approx(0.3 / 21)
    weight = target.weight.clone()
    weight[0, 4] = 0
    assert joint_error(shifted, target._replace(weight=weight)).item() == pytest.approx(0.0)


def test_another_networks_depth_moves_the_estimate_and_not_its_scale():
    estimate, target = _estimate(0.1, math.log(0.2))
    z = estimate.z.clone().requires_grad_()
    estimate = Estimate(estimate.xy, z, estimate.log_scale)
    exact = torch.ones(1)

    joint_likelihood(estimate, target._replace(depth_exact=1 - exact)).sum().backward()
    assert z.grad is not None
    assert estimate.log_scale.grad is not None
    assert (z.grad > 0).all()
    assert (estimate.log_scale.grad[..., 1] == 0).all()
    assert (estimate.log_scale.grad[..., 0] != 0).all()

    estimate.log_scale.grad.zero_()
    joint_likelihood(estimate, target._replace(depth_exact=exact)).sum().backward()
    assert (estimate.log_scale.grad[..., 1] != 0).all()
