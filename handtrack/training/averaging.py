"""A running average of a network's weights: calmer than the weights themselves, and better."""

from __future__ import annotations

import copy

import torch

from handtrack.model.network import HandNetwork


class WeightAverage:
    """An exponential moving average of a network, statistics included. network: the averaged copy."""

    def __init__(self, network: HandNetwork, decay: float) -> None:
        self.network = copy.deepcopy(network)
        self._decay = decay

    @torch.no_grad()
    def update(self, network: HandNetwork, step: int) -> None:
        """Take in the network after so many steps; young averages forget faster, or the start would stay."""
        decay = min(self._decay, (1 + step) / (10 + step))
        kept, new = self.network.state_dict().values(), network.state_dict().values()
        for old, value in zip(kept, new, strict=True):
            if old.is_floating_point():
                old.lerp_(value, 1 - decay)
            else:
                old.copy_(value)
