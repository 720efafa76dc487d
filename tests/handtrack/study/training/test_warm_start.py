from __future__ import annotations

from typing import cast

import torch

from handtrack.model.estimate import Estimate, LoopOutput
from handtrack.model.losses import Target
from handtrack.model.network import HandNetwork
from handtrack.study.training.warm_start import last_estimate, own_estimate


def _target(count: int) -> Target:
    generator = torch.Generator().manual_seed(0)
    xy = 0.5 + 0.15 * torch.randn(count, 21, 2, generator=generator)
    z = 0.1 * torch.randn(count, 21, generator=generator)
    ones = torch.ones(count)
    return Target(xy, z - z[:, :1], torch.ones(count, 21), ones, ones)


def test_most_starts_lie_near_the_hand_and_none_is_it():
    target = _target(400)
    start = last_estimate(target, torch.Generator().manual_seed(1))
    error = (start.xy - target.xy).norm(dim=-1).mean(dim=1)
    assert 0.01 < error.median().item() < 0.1
    assert error.min().item() > 0
    assert 0.02 < (error > 0.12).float().mean().item() < 0.2, "some are of another hand"
    assert torch.equal(start.z[:, 0], torch.zeros(400))


def test_stated_scales_tell_errors_of_still_hands():
    target = _target(400)
    start = last_estimate(target, torch.Generator().manual_seed(1))
    error = (start.xy - target.xy).norm(dim=-1).mean(dim=1)
    scale = start.log_scale[..., 0].exp().mean(dim=1)
    still = error < error.median()
    assert torch.corrcoef(torch.stack([error[still], scale[still]]))[0, 1].item() > 0.3


def test_a_generator_decides_all():
    target = _target(8)
    first, second = (last_estimate(target, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first.xy, second.xy)
    assert torch.equal(first.log_scale, second.log_scale)


class _FindsTheSpot(torch.nn.Module):
    """Says that all joints are where a crop is brightest, and how large it was told that they are."""

    def forward(self, crops: torch.Tensor, loops: int):
        light = crops.mean(dim=1).clamp_min(0.5) - 0.5
        across = (torch.arange(crops.shape[-1]) + 0.5) / crops.shape[-1]
        total = light.sum(dim=(1, 2))
        x, y = (light.sum(dim=1) @ across) / total, (light.sum(dim=2) @ across) / total
        xy = torch.stack([x, y], dim=-1)[:, None].expand(-1, 21, -1)
        depth = torch.linspace(0, 1, 21).expand(len(crops), -1)
        estimate = Estimate(xy, depth, torch.full((len(crops), 21, 2), -3.0))
        return None, [LoopOutput(estimate, torch.zeros(len(crops)), torch.zeros(len(crops), 1))]


def test_the_networks_own_estimate_comes_back_into_the_crop_that_it_was_not_made_in():
    crops = torch.zeros(32, 3, 128, 128)
    crops[:, :, 90:94, 40:44] = 20.0
    own = own_estimate(cast(HandNetwork, _FindsTheSpot()), crops, torch.Generator().manual_seed(4))
    expected = torch.tensor([42.0, 92.0]) / 128
    assert (own.xy - expected).abs().max().item() < 0.5 / 128
    size = own.z[:, -1]
    assert 0.02 < size.std().item() < 0.08, "seen larger and smaller"
    assert torch.allclose(own.log_scale, -3 + size.log()[:, None, None].expand(-1, 21, 2))


def test_most_starts_are_the_networks_own_where_there_are_any():
    target = _target(400)
    far = target.xy + 0.2
    own = Estimate(far, target.z, torch.full((400, 21, 2), -5.0))
    start = last_estimate(target, torch.Generator().manual_seed(1), own)
    near_own = (start.xy - far).norm(dim=-1).mean(dim=1) < (start.xy - target.xy).norm(dim=-1).mean(dim=1)
    assert 0.5 < near_own.float().mean().item() < 0.75


def test_a_start_that_was_moved_far_says_that_it_is_doubtful():
    target = _target(2000)
    own = Estimate(target.xy, target.z, torch.full((2000, 21, 2), -6.0))
    start = last_estimate(target, torch.Generator().manual_seed(2), own)
    error = (start.xy - target.xy).norm(dim=-1).mean(dim=1)
    said = start.log_scale[..., 0].exp().mean(dim=1)
    surest, least = said.quantile(0.3), said.quantile(0.9)
    assert error[said >= least].median() > 2 * error[said <= surest].median()
