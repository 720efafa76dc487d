"""What a network costs: parameters, and multiply-accumulates of the encoder and of every loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from handtrack.model.constants import CROP_PIXELS

if TYPE_CHECKING:
    from handtrack.model.network import HandNetwork


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """Cost of one hand. Multiply-accumulates are those of convolutions and matrix products.

    encoder: what runs once. loops: (L,), each loop's own; one of 0 for a network without loops.
    """

    parameters: int
    encoder: int
    loops: tuple[int, ...]

    @property
    def mmac(self) -> tuple[float, ...]:
        """Million multiply-accumulates (L,) up to and with each loop."""
        return tuple(((self.encoder + np.cumsum(self.loops)) / 1e6).tolist())


def network_cost(network: HandNetwork) -> NetworkCost:
    """Cost of a network in evaluation mode, counted while it looks at one crop, from a cold start."""
    import torch

    from handtrack.model.network import LoopState

    device = next(network.parameters()).device
    with torch.no_grad():
        crop = torch.zeros(1, 3, CROP_PIXELS, CROP_PIXELS, device=device)
        encoding, encoder = count_macs(partial(network.encode, crop))
        state, loops = LoopState(), []
        for loop in range(network.architecture.loops):
            (_, state), macs = count_macs(partial(network.refine, encoding.features, state, loop))
            loops.append(macs)
    return NetworkCost(sum(each.numel() for each in network.parameters()), encoder, tuple(loops))


def count_macs(run: Callable[[], Any]) -> tuple[Any, int]:
    """What a function that runs torch gives, and its multiply-accumulates."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        result = run()
    return result, counter.get_total_flops() // 2
