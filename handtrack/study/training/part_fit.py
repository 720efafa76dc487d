"""Train one small part of a network that no longer changes."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def fit_part(
    network: nn.Module, part: nn.Module, loss_of: Callable[[torch.Generator], Tensor], steps: int, rate: float
) -> list[float]:
    """Train a part of the network alone, and leave all of it fixed; returns the loss of each step.

    loss_of: the loss of a batch that is drawn with the generator. rate: the learning rate at first, which
    falls by half a cosine.
    """
    network.requires_grad_(False)
    part.requires_grad_(True)
    optimizer = torch.optim.AdamW(part.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, steps))
    generator = torch.Generator().manual_seed(0)
    history = []
    for _ in range(steps):
        loss = loss_of(generator)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        history.append(loss.item())
    part.requires_grad_(False)
    return history
