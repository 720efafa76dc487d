"""What the last frame may have said of the hand in a crop: the start of a warm pass in training."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.model.estimate import Estimate
from handtrack.model.losses import Target
from handtrack.model.network import HandNetwork

_SHIFT = 0.05  # what nobody foresaw of a motion at most, standard deviations: of the crop's side,
_TURN = math.radians(8)  # of the hand's direction,
_STRETCH = 0.06  # and of its size (logarithm)
_POSE = 0.12  # share of the way to another pose
_SCALE = 0.02  # median Laplace scale of the error that a made-up estimate has itself, in crop sides
_WRONG_SHARE = 0.06  # of the starts are of another hand altogether, so that none is trusted blindly
_OWN_SHARE = 0.6  # of the starts are the network's own estimates, where there are any

_FASTEST = 0.3  # a frame's foreseen motion at most, in crop sides; the tracker moves its starts on by it
_MISSED = 0.35  # what such a motion is off by, of its length
_JOINTS_MISSED = 0.15  # and what single joints are off by beyond that
_DOUBT = 0.5  # what the tracker says that it is off by; see `handtrack.tracking.carried`

_BEFORE_LOOPS = 2  # what a new hand takes at the gate's default
_BEFORE_SHIFT = 0.04  # how the crop of the frame before lay otherwise: in crop sides,
_BEFORE_TURN = math.radians(5)  # turned,
_BEFORE_STRETCH = 0.04  # and larger or smaller (logarithm)
_BEFORE_NOISE = 0.08  # of a picture of its own, in units of the network's input


@torch.no_grad()
def own_estimate(network: HandNetwork, crops: Tensor, generator: torch.Generator) -> Estimate:
    """What the network says of the hands in crops (B, 3, H, W) cut a little otherwise, in these crops' units.

    Its mistakes come again from frame to frame, where made-up errors are new each time: a start that errs
    as the picture makes the network err says no more than the picture, and is not to be averaged with it.
    """
    batch, device = len(crops), crops.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(batch, *shape, generator=generator, device=device)

    turn, size = _BEFORE_TURN * normal(), (_BEFORE_STRETCH * normal()).exp()
    shift = _BEFORE_SHIFT * normal(2)
    cosine, sine = size * turn.cos(), size * turn.sin()
    to_crop = torch.stack([torch.stack([cosine, -sine], -1), torch.stack([sine, cosine], -1)], dim=1)
    # Grids reach from -1 to 1: twice a crop's units, from its middle.
    affine = torch.cat([to_crop, 2 * shift[..., None]], dim=2)
    grid = F.affine_grid(affine, list(crops.shape), align_corners=False)
    before = F.grid_sample(crops, grid, padding_mode="border", align_corners=False)
    before = before + _BEFORE_NOISE * normal(*crops.shape[1:])
    training = network.training
    network.eval()
    _, outputs = network(before.contiguous(memory_format=torch.channels_last), _BEFORE_LOOPS)
    network.train(training)
    said = outputs[-1].estimate
    xy = (said.xy - 0.5) @ to_crop.transpose(1, 2) + 0.5 + shift[:, None]
    return Estimate(xy, said.z * size[:, None], said.log_scale + size.log()[:, None, None])


class _Believed(NamedTuple):
    """Hands as an estimate has them. points: (B, 21, 3). log_scale: (B, 21, 2)."""

    points: Tensor
    log_scale: Tensor


def last_estimate(target: Target, generator: torch.Generator, own: Estimate | None = None) -> Estimate:
    """A plausible estimate of one frame before, for each hand of a batch, moved into the present crop.

    Either the truth with errors of about the scale that the estimate states, or what the network said itself,
    if own is given. The hand has moved, turned and bent since by a random amount, from none to much; what the
    tracker foresees of it is already in the start, with a doubt that grows with its length.
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
    turn = (_TURN * motion * normal(1)).squeeze(1)
    size = (_STRETCH * motion * normal(1)).exp()
    unforeseen = _SHIFT * motion * normal(2)
    log_scale = math.log(_SCALE) + 0.5 * normal(1, 2) + 0.4 * normal(21, 2)
    log_scale[..., 1] += 0.4  # depth is known less well
    error = _laplace(uniform(21, 3)) * log_scale[..., [0, 0, 1]].exp()
    stated = (log_scale + 0.2 * normal(21, 2)).clamp(-7, 0)
    believed = _Believed(torch.cat([target.xy, target.z[..., None]], dim=-1) + error, stated)
    if own is not None:
        said = _Believed(torch.cat([own.xy, own.z[..., None]], dim=-1), own.log_scale)
        chosen = uniform(1, 1) < _OWN_SHARE
        believed = _Believed(*(torch.where(chosen, a, b) for a, b in zip(said, believed, strict=True)))

    centre = believed.points.mean(dim=1, keepdim=True)
    pose = believed.points - centre
    pose = pose + bend[..., None] * (pose[other] - pose)
    cosine, sine, one, zero = turn.cos(), turn.sin(), torch.ones_like(turn), torch.zeros_like(turn)
    rows = ((cosine, -sine, zero), (sine, cosine, zero), (zero, zero, one))
    rotation = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=1)
    moved = centre + size[..., None] * pose @ rotation.transpose(1, 2)

    foreseen = _FASTEST * uniform(1) ** 3
    missed = _MISSED * foreseen * normal(2)
    of_joints = foreseen * (1 + 0.3 * normal(21)).abs()
    missed_more = _JOINTS_MISSED * of_joints[..., None] * normal(21, 2)
    xy = moved[..., :2] + (unforeseen + missed)[:, None] + missed_more
    scale = believed.log_scale.exp()
    # A Laplace scale is the deviation over the root of two.
    image = torch.hypot(scale[..., 0], _DOUBT * of_joints / math.sqrt(2))
    log_scale = torch.stack([image, scale[..., 1]], dim=-1).log()
    z = moved[..., 2]
    return Estimate(xy, z - z[:, :1], log_scale.clamp(-7, 0))


def _laplace(uniform: Tensor) -> Tensor:
    """Standard Laplace numbers from uniform ones in 0..1."""
    centred = (uniform - 0.5).clamp(-0.4999, 0.4999)
    return -centred.sign() * torch.log1p(-2 * centred.abs())
