from __future__ import annotations

import math

import pytest
import torch

from handtrack.model.estimate import Estimate
from handtrack.model.losses import Target, gate_truth, joint_error, laplace_likelihood


def _estimate(offset: float, log_scale: float) -> tuple[Estimate, Target]:
    xy = torch.full((1, 21, 2), 0.5)
    z = torch.zeros(1, 21)
    estimate = Estimate(xy + offset, z + offset, torch.full((1, 21, 2), log_scale, requires_grad=True))
    return estimate, Target(xy, z, torch.ones(1, 21), torch.ones(1), torch.ones(1))


def test_likelihood_is_that_of_laplace():
    estimate, target = _estimate(0.1, math.log(0.2))
    expected = 3 * (0.1 / 0.2 + math.log(0.2))  # two image dimensions and depth; log 2 left out
    assert laplace_likelihood(estimate, target, beta=0.0)[0, 0].item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_best_scale_is_the_mean_error(beta):
    estimate, target = _estimate(0.1, math.log(0.1))
    laplace_likelihood(estimate, target, beta).sum().backward()
    assert estimate.log_scale.grad is not None
    assert torch.allclose(estimate.log_scale.grad, torch.zeros_like(estimate.log_scale), atol=1e-5)


def test_joint_error_counts_trusted_joints_alone():
    estimate, target = _estimate(0.0, 0.0)
    xy = estimate.xy.clone()
    xy[0, 4, 0] += 0.3
    shifted = estimate._replace(xy=xy)
    assert joint_error(shifted, target).item() == pytest.approx(0.3 / 21)
    weight = target.weight.clone()
    weight[0, 4] = 0
    assert joint_error(shifted, target._replace(weight=weight)).item() == pytest.approx(0.0)


def test_gate_truth_asks_whether_any_later_loop_gains():
    errors = torch.tensor([[1.0, 1.0], [0.99, 0.7], [1.2, 0.69], [0.5, 0.69]])
    assert gate_truth(errors, 0.04).tolist() == [[0, 0], [0, 1], [0, 1], [1, 1]]
