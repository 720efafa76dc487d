"""A running average of a network's weights: calmer than the weights themselves, and better."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

Network = TypeVar("Network", bound=nn.Module)


class WeightAverage(Generic[Network]):
    """An exponential moving average of a network, statistics included. network: the averaged copy."""

    def __init__(self, network: Network, decay: float) -> None:
        """network: as the run begins."""
        self.network = copy.deepcopy(network)
        self._decay = decay

    @torch.no_grad()
    def update(self, network: Network, step: int) -> None:
        """Take in the network after so many steps; young averages forget faster, or the start would stay."""
        decay = min(self._decay, (1 + step) / (10 + step))
        pairs = list(zip(self.network.state_dict().values(), network.state_dict().values(), strict=True))
        floating = [(old, new) for old, new in pairs if old.is_floating_point()]
        # All at once: on a graphics card, one operation for each would take as long as the backward pass.
        get_ema_multi_avg_fn(decay)([old for old, _ in floating], [new for _, new in floating], None)
        for old, new in pairs:
            if not old.is_floating_point():
                old.copy_(new)
