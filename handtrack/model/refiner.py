"""The weight-shared part of the network: refine features under attention, then look again."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.model.architecture import LoopNormMode
from handtrack.model.estimate import Estimate, render_estimate
from handtrack.model.loop_norm import LoopNorm
from handtrack.skeleton import JOINT_COUNT


class Attention(nn.Module):
    """Refined features (B, C, H, W) to weights in 0..2 for the backbone's features, one a channel and cell.

    The weights start at one everywhere, so an untrained attention changes nothing.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels, channels, 1)
        for parameter in self.project.parameters():
            nn.init.zeros_(parameter)

    def forward(self, refined: Tensor) -> Tensor:
        """Same shape as refined."""
        return 2.0 * torch.sigmoid(self.project(refined))


class Refiner(nn.Module):
    """Attended features and the previous estimate to refined features; the same weights in each loop."""

    def __init__(self, channels: int, loops: int, norm: LoopNormMode) -> None:
        super().__init__()
        self.read_estimate = nn.Conv2d(2 * JOINT_COUNT, channels, 1, bias=False)
        self.first = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.first_norm = LoopNorm(channels, loops, norm)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.second_norm = LoopNorm(channels, loops, norm)

    def forward(self, attended: Tensor, previous: Estimate | None, slot: int) -> Tensor:
        """Refined features, the shape of attended (B, C, H, W). No previous estimate in a cold first loop."""
        x = attended
        if previous is not None:
            x = x + self.read_estimate(render_estimate(previous, x.shape[-1]).to(x.dtype))
        y = F.relu(self.first_norm(self.first(x), slot))
        return F.relu(x + self.second_norm(self.second(y), slot))
