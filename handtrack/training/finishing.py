"""What is fitted once the network itself is final: the gate's judgement, and the scale of sigma."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from handtrack.model.losses import Target, gate_truth, joint_error
from handtrack.model.network import HandNetwork
from handtrack.training.validation import Predictions

GATE_LEARNING_RATE = 3e-3


def fit_gate(
    network: HandNetwork, batches: Callable[[], tuple[torch.Tensor, Target]], steps: int, share: float
) -> list[float]:
    """Train the gate alone on a network that no longer changes; returns the loss of each step.

    batches: gives network input (B, 3, 128, 128) and its target. share: see `gate_truth`. During the
    network's own training the gate chases errors that keep falling and loops that join late; what a
    further loop gains is known only at the end.
    """
    network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    gate = list(network.gate.parameters())
    for parameter in gate:
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(gate, lr=GATE_LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, steps))
    history = []
    for _ in range(steps):
        crops, target = batches()
        _, outputs = network(crops)
        errors = torch.stack([joint_error(output.estimate, target) for output in outputs]).detach()
        logits = torch.stack([output.exit_logit for output in outputs])
        seen = (target.weight.sum(dim=1) > 0).to(logits.dtype).expand_as(logits)
        loss = F.binary_cross_entropy_with_logits(logits, gate_truth(errors, share), weight=seen)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        history.append(loss.item())
    for parameter in gate:
        parameter.requires_grad_(False)
    return history


def sigma_factors(predictions: Predictions) -> dict[str, float]:
    """Factors for the image's and the depth's sigma that put 68.3 % of errors inside one sigma.

    Fitted over all loops and all joints but the wrist, whose depth is zero by definition.
    """
    image = np.abs(predictions.xy - predictions.joints[None, ..., :2])[:, :, 1:]
    depth = np.abs(predictions.z - predictions.joints[None, ..., 2])[:, :, 1:]
    sigma = predictions.sigma[:, :, 1:]
    return {
        "image": round(float(np.quantile(image / sigma[..., :1], 0.683)), 4),
        "depth": round(float(np.quantile(depth / sigma[..., 1], 0.683)), 4),
    }
