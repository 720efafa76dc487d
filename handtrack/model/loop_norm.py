"""Normalisation inside the loop: one per loop, or one for all with a loop embedding."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

LoopNormMode = Literal["per_loop", "shared"]


class LoopNorm(nn.Module):
    """Batch normalisation (B, C, H, W) for weights that are shared between loops.

    "per_loop": statistics and affine parameters chosen by the loop's number (Dynamic Iterative
    Refinement, WACV 2022). "shared": one normalisation for all loops, told apart by a learned offset.
    A loop beyond those in training uses the last one's.
    """

    def __init__(self, channels: int, loops: int, mode: LoopNormMode) -> None:
        super().__init__()
        self.loops = loops
        self.mode = mode
        self.norms = nn.ModuleList(
            nn.BatchNorm2d(channels) for _ in range(loops if mode == "per_loop" else 1)
        )
        self.offset = nn.Parameter(torch.zeros(loops, channels)) if mode == "shared" else None

    def forward(self, x: Tensor, loop: int) -> Tensor:
        """Normalise the features of the given loop, counted from 0."""
        loop = min(loop, self.loops - 1)
        if self.offset is None:
            return self.norms[loop](x)
        return self.norms[0](x) + self.offset[loop][:, None, None]

    def copy_loop(self, source: int, target: int) -> None:
        """Start the target loop from what the source loop has learned (for training in stages)."""
        if self.offset is None:
            self.norms[target].load_state_dict(self.norms[source].state_dict())
        else:
            with torch.no_grad():
                self.offset[target] = self.offset[source]
