"""What the last frame may have said of the hand in a crop: the start of a warm pass in training."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from handtrack.model.estimate import Estimate
from handtrack.model.losses import Target

_SHIFT = 0.05  # standard deviations of the motion between frames at most: of the crop's side,
_TURN = math.radians(8)  # of the hand's direction,
_STRETCH = 0.06  # and of its size (logarithm)
_POSE = 0.12  # share of the way to another pose
_SCALE = 0.02  # median Laplace scale of the error that the last estimate had itself, in crop sides
_WRONG_SHARE = 0.06  # of the starts are of another hand altogether, so that none is trusted blindly


def last_estimate(target: Target, generator: torch.Generator) -> Estimate:
    """A plausible estimate of one frame before, for each hand of a batch, moved into the present crop.

    The hand has moved, turned and bent since by a random amount, from none to much; on top of it come
    errors, of about the scale that the estimate states.
    """
    batch = len(target.xy)
    device = target.xy.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(batch, *shape, generator=generator, device=device)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(batch, *shape, generator=generator, device=device)

    motion = uniform(1) ** 2
    other = torch.randperm(batch, generator=generator, device=device)
    wrong = (uniform(1) < _WRONG_SHARE).to(target.xy.dtype)
    bend = torch.maximum((_POSE * motion * normal(1)).abs(), wrong)
    points = torch.cat([target.xy, target.z[..., None]], dim=-1)
    centre = points.mean(dim=1, keepdim=True)
    pose = points - centre
    pose = pose + bend[..., None] * (pose[other] - pose)
    turn = (_TURN * motion * normal(1)).squeeze(1)
    size = (_STRETCH * motion * normal(1)).exp()
    cosine, sine, one, zero = turn.cos(), turn.sin(), torch.ones_like(turn), torch.zeros_like(turn)
    rows = ((cosine, -sine, zero), (sine, cosine, zero), (zero, zero, one))
    rotation = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=1)
    moved = centre + size[..., None] * pose @ rotation.transpose(1, 2)
    xy = moved[..., :2] + _SHIFT * (motion * normal(2))[:, None]
    log_scale = math.log(_SCALE) + 0.5 * normal(1, 2) + 0.4 * normal(21, 2)
    log_scale[..., 1] += 0.4  # depth is known less well
    error = _laplace(uniform(21, 3)) * log_scale[..., [0, 0, 1]].exp()
    z = moved[..., 2] + error[..., 2]
    stated = (log_scale + 0.2 * normal(21, 2)).clamp(-7, 0)
    return Estimate(xy + error[..., :2], z - z[:, :1], stated)


def _laplace(uniform: Tensor) -> Tensor:
    """Standard Laplace numbers from uniform ones in 0..1."""
    centred = (uniform - 0.5).clamp(-0.4999, 0.4999)
    return -centred.sign() * torch.log1p(-2 * centred.abs())
