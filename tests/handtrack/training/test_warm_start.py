from __future__ import annotations

import torch

from handtrack.model.losses import Target
from handtrack.training.warm_start import last_estimate


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
