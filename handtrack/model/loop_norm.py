"""Normalisation inside the loop: one per loop, or one for all with a loop embedding."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from handtrack.model.architecture import LoopNormMode
from handtrack.model.loop_slots import slot_count


class LoopNorm(nn.Module):
    """Batch normalisation (B, C, H, W) for weights that are shared between loops.

    "per_loop": statistics and affine parameters chosen by the loop's slot (Dynamic Iterative
    Refinement, WACV 2022). "shared": one normalisation for all slots, told apart by a learned offset.
    See `slot_of` for what a slot is.
    """

    def __init__(self, channels: int, loops: int, mode: LoopNormMode) -> None:
        super().__init__()
        slots = slot_count(loops)
        self.norms = nn.ModuleList(
            nn.BatchNorm2d(channels) for _ in range(slots if mode == "per_loop" else 1)
        )
        self.offset = nn.Parameter(torch.zeros(slots, channels)) if mode == "shared" else None

    def forward(self, x: Tensor, slot: int) -> Tensor:
        """Normalise the features of the loop with this slot."""
        if self.offset is None:
            return self.norms[slot](x)
        return self.norms[0](x) + self.offset[slot][:, None, None]

    def copy_slot(self, source: int, target: int) -> None:
        """Start the target slot from what the source slot has learned (for training in stages)."""
        if self.offset is None:
            self.norms[target].load_state_dict(self.norms[source].state_dict())
        else:
            with torch.no_grad():
                self.offset[target] = self.offset[source]
