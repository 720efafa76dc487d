"""A close look at where each joint is believed to be, in features finer than those of the loop."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.model.estimate import Estimate
from handtrack.skeleton import JOINT_COUNT

_REACH = 1  # cells to each side


class Glimpse(nn.Module):
    """Fine features around the previous estimate's joints, read by weights of each joint's own.

    A loop that knows roughly where a joint is can look there alone, at a four times finer grid of cells, for
    a hundredth of what the fine map would cost as a whole. Glimpses after Mnih et al., "Recurrent
    models of visual attention" (2014).
    """

    def __init__(self, fine_channels: int, channels: int) -> None:
        super().__init__()
        line = torch.arange(-_REACH, _REACH + 1, dtype=torch.float32)
        y, x = torch.meshgrid(line, line, indexing="ij")
        self.places: Tensor
        self.register_buffer("places", torch.stack([x.flatten(), y.flatten()], dim=-1), persistent=False)
        inputs = fine_channels * (2 * _REACH + 1) ** 2
        self.weight = nn.Parameter(torch.randn(JOINT_COUNT, inputs, channels) * inputs**-0.5)
        self.bias = nn.Parameter(torch.zeros(JOINT_COUNT, channels))

    def forward(self, fine: Tensor, previous: Estimate) -> Tensor:
        """What is seen at each joint (B, 21, channels), from fine features (B, C, N, N)."""
        batch, channels, cells, _ = fine.shape
        where = previous.xy[:, :, None] + self.places / cells
        grid = (2 * where - 1).flatten(1, 2)[:, :, None]
        seen = F.grid_sample(fine.float(), grid, mode="bilinear", align_corners=False)
        seen = seen.view(batch, channels, JOINT_COUNT, len(self.places)).permute(2, 0, 1, 3).flatten(2)
        return F.relu(torch.baddbmm(self.bias[:, None], seen, self.weight)).transpose(0, 1)
