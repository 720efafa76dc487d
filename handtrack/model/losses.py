"""What the network is trained to: likelihood of the joints, heatmaps, presence, and handedness."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.model.architecture import Likelihood
from handtrack.model.estimate import Estimate, LoopOutput
from handtrack.model.network import Encoding


class Target(NamedTuple):
    """Truth for a batch, in crop units as in `Estimate`.

    xy: (B, 21, 2). z: (B, 21). weight: (B, 21), trust in each joint's label, 0..1.
    presence, right: (B,) in 0..1; negative means unknown and does not count. depth_known: (B,), 1 where z is
    to be learned and 0 where only the image is; None means everywhere. depth_exact: (B,), 1 where z is
    measured or rendered and so teaches its own uncertainty as well, 0 where another network guessed it; None
    means everywhere.
    """

    xy: Tensor
    z: Tensor
    weight: Tensor
    presence: Tensor
    right: Tensor
    depth_known: Tensor | None = None
    depth_exact: Tensor | None = None


def joint_likelihood(
    estimate: Estimate, target: Target, likelihood: Likelihood = "laplace", beta: float = 0.5
) -> Tensor:
    """Negative log-likelihood (B, 21) of the joints, but for its constants.

    Each term is weighted by its own variance to the power beta, without gradient ("beta-NLL", Seitzer et
    al., ICLR 2022), so that joints that are given up as uncertain keep being learned. A Laplace term, whose
    gradient falls with the scale and not with its square, is weighted by the scale.

    Where depth is another network's guess it moves the estimate, but not its scale: student and teacher err
    alike, so what lies between them says little of how far both are from the truth.
    """
    offset = estimate.xy - target.xy
    log_scale = estimate.log_scale
    if target.depth_exact is not None:
        exact = target.depth_exact[:, None]
        depth_scale = exact * log_scale[..., 1] + (1 - exact) * log_scale[..., 1].detach()
        log_scale = torch.stack([log_scale[..., 0], depth_scale], dim=-1)
    scale = log_scale.exp()
    if likelihood == "laplace":
        error = torch.stack([offset.abs().mean(dim=-1), (estimate.z - target.z).abs()], dim=-1)
        term = scale.detach() ** beta * (error / scale + log_scale)
    else:
        square = torch.stack([offset.square().mean(dim=-1), (estimate.z - target.z).square()], dim=-1)
        term = scale.detach() ** (2 * beta) * (square / (2 * scale**2) + log_scale)
    # Two image dimensions share a scale, depth has one.
    depth = term[..., 1] if target.depth_known is None else term[..., 1] * target.depth_known[:, None]
    return 2 * term[..., 0] + depth


def heat_cross_entropy(heat: Tensor, xy: Tensor) -> Tensor:
    """Cross-entropy (B, 21) of heatmaps (B, 21, cells * cells) with the joints at xy (B, 21, 2).

    The truth is spread over the four nearest cells so that its mean is the joint. A likelihood of the
    mean alone leaves open where a heatmap lies, and learns slowly.
    """
    cells = round(heat.shape[-1] ** 0.5)
    centres = torch.arange(cells, device=xy.device, dtype=xy.dtype)
    place = (xy * cells - 0.5).clamp(0, cells - 1)
    share = (1 - (place[..., None] - centres).abs()).clamp_min(0)
    truth = share[..., 1, :, None] * share[..., 0, None, :]
    return -(truth.flatten(-2) * heat.clamp_min(1e-7).log()).sum(dim=-1)


def joint_error(estimate: Estimate, target: Target) -> Tensor:
    """Mean 3D distance (B,) between estimated and true joints, in crop sides."""
    offset = torch.cat([estimate.xy - target.xy, (estimate.z - target.z)[..., None]], dim=-1)
    return _trusted_mean(offset.norm(dim=-1), target)


def image_error(estimate: Estimate, target: Target) -> Tensor:
    """Mean distance (B,) between estimated and true joints in the image, in crop sides."""
    return _trusted_mean((estimate.xy - target.xy).norm(dim=-1), target)


def _trusted_mean(values: Tensor, target: Target) -> Tensor:
    return (values * target.weight).sum(dim=1) / target.weight.sum(dim=1).clamp_min(1e-6)


class Losses(NamedTuple):
    """Terms of the training loss, each a scalar, and the errors (L, B) of the loops in crop sides."""

    joints: Tensor
    heat: Tensor
    presence: Tensor
    right: Tensor
    errors: Tensor


def compute_losses(
    encoding: Encoding,
    outputs: list[LoopOutput],
    target: Target,
    *,
    loop_decay: float,
    likelihood: Likelihood = "laplace",
) -> Losses:
    """All loss terms of a batch; earlier loops weigh loop_decay less each (as in RAFT and HandR2N2)."""
    count = len(outputs)
    trust = target.weight.sum().clamp_min(1.0)
    joints = heat = torch.zeros((), device=target.xy.device)
    for loop, output in enumerate(outputs):
        share = loop_decay ** (count - 1 - loop) / sum(loop_decay**i for i in range(count))
        surprise = joint_likelihood(output.estimate, target, likelihood)
        joints = joints + share * (surprise * target.weight).sum() / trust
        if output.estimate.heat is not None:
            surprise = heat_cross_entropy(output.estimate.heat, target.xy)
            heat = heat + share * (surprise * target.weight).sum() / trust
    with torch.no_grad():
        errors = torch.stack([joint_error(output.estimate, target) for output in outputs])
    return Losses(
        joints,
        heat,
        known_cross_entropy(encoding.presence_logit, target.presence),
        known_cross_entropy(encoding.right_logit, target.right),
        errors,
    )


def known_cross_entropy(logit: Tensor, truth: Tensor) -> Tensor:
    """Mean cross-entropy of logits (B,) with truths in 0..1, of which negative ones do not count."""
    known = (truth >= 0).to(logit.dtype)
    return F.binary_cross_entropy_with_logits(logit, truth.clamp_min(0), weight=known)
