"""What the network is trained to: likelihood of the joints, presence, handedness, and the gate's truth."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.model.estimate import Estimate, LoopOutput
from handtrack.model.network import Encoding


class Target(NamedTuple):
    """Truth for a batch, in crop units as in `Estimate`.

    xy: (B, 21, 2). z: (B, 21). weight: (B, 21), trust in each joint's label, 0..1.
    presence, right: (B,) in 0..1; negative means unknown and does not count.
    """

    xy: Tensor
    z: Tensor
    weight: Tensor
    presence: Tensor
    right: Tensor


def laplace_likelihood(estimate: Estimate, target: Target, beta: float = 0.5) -> Tensor:
    """Negative log-likelihood (B, 21) of the joints under Laplace distributions.

    Each term is weighted by its own scale to the power beta, without gradient ("beta-NLL", Seitzer et
    al., ICLR 2022), so that joints that are given up as uncertain keep being learned.
    """
    error = torch.stack([(estimate.xy - target.xy).abs().mean(dim=-1), (estimate.z - target.z).abs()], dim=-1)
    scale = estimate.log_scale.exp()
    likelihood = scale.detach() ** beta * (error / scale + estimate.log_scale)
    # Two image dimensions share a scale, depth has one.
    return 2 * likelihood[..., 0] + likelihood[..., 1]


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
    return (offset.norm(dim=-1) * target.weight).sum(dim=1) / target.weight.sum(dim=1).clamp_min(1e-6)


def gate_truth(errors: Tensor, share: float) -> Tensor:
    """Whether leaving after each loop loses little: (L, B) of 0 or 1, from errors (L, B).

    One where no later loop lowers the error by more than the given share of it. The last loop is
    always one: there is nothing left to wait for.
    """
    best_later = torch.flip(torch.cummin(torch.flip(errors, [0]), dim=0).values, [0])
    return (errors - best_later <= share * errors).to(errors.dtype)


class Losses(NamedTuple):
    """Terms of the training loss, each a scalar, and the errors (L, B) of the loops in crop sides."""

    joints: Tensor
    heat: Tensor
    presence: Tensor
    right: Tensor
    gate: Tensor
    errors: Tensor


def compute_losses(
    encoding: Encoding, outputs: list[LoopOutput], target: Target, *, loop_decay: float, gate_share: float
) -> Losses:
    """All loss terms of a batch; earlier loops weigh loop_decay less each (as in RAFT and HandR2N2)."""
    count = len(outputs)
    trust = target.weight.sum().clamp_min(1.0)
    joints = heat = torch.zeros((), device=target.xy.device)
    for loop, output in enumerate(outputs):
        share = loop_decay ** (count - 1 - loop) / sum(loop_decay**i for i in range(count))
        likelihood = (laplace_likelihood(output.estimate, target) * target.weight).sum() / trust
        joints = joints + share * likelihood
        if output.estimate.heat is not None:
            surprise = heat_cross_entropy(output.estimate.heat, target.xy)
            heat = heat + share * (surprise * target.weight).sum() / trust
    with torch.no_grad():
        errors = torch.stack([joint_error(output.estimate, target) for output in outputs])
        truth = gate_truth(errors, gate_share)
    seen = (target.weight.sum(dim=1) > 0).to(errors.dtype).expand_as(errors)
    logits = torch.stack([output.exit_logit for output in outputs])
    gate = F.binary_cross_entropy_with_logits(logits, truth, weight=seen)
    return Losses(
        joints,
        heat,
        _known_cross_entropy(encoding.presence_logit, target.presence),
        _known_cross_entropy(encoding.right_logit, target.right),
        gate,
        errors,
    )


def _known_cross_entropy(logit: Tensor, truth: Tensor) -> Tensor:
    known = (truth >= 0).to(logit.dtype)
    return F.binary_cross_entropy_with_logits(logit, truth.clamp_min(0), weight=known)
