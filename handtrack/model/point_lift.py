"""How deep a hand's joints are, as far as its shape tells: from where they lie in the image alone.

A hand's bones have lengths and its joints have limits, so points leave little choice of depth. That can be
learned from poses alone, without a single picture, and from far more of them than there are pictures.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from handtrack.skeleton import JOINT_COUNT, MIDDLE_MCP, WRIST

_WIDTH = 256
_BLOCKS = 2
_LEAST_NOISE = 0.01  # of the hand's size


def upright(points: Tensor) -> tuple[Tensor, Tensor]:
    """Points (B, 21, 2) from the wrist, middle MCP straight up, over their size; and the size (B,).

    The size is the root mean square of the coordinates.
    """
    points = points - points[:, WRIST : WRIST + 1]
    up = points[:, MIDDLE_MCP]
    sine, cosine = (up / up.norm(dim=1, keepdim=True).clamp_min(1e-6)).unbind(dim=1)
    turn = torch.stack([torch.stack([-cosine, sine], -1), torch.stack([-sine, -cosine], -1)], -2)
    size = points.square().mean(dim=(1, 2)).sqrt().clamp_min(1e-6)
    return torch.einsum("bij,bkj->bki", turn, points) / size[:, None, None], size


class PointLift(nn.Module):
    """Points of right hands and their uncertainty to wrist-relative depths; turned hands give the same."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Linear(3 * JOINT_COUNT, _WIDTH)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(_WIDTH), nn.Linear(_WIDTH, _WIDTH), nn.GELU(), nn.Linear(_WIDTH, _WIDTH)
            )
            for _ in range(_BLOCKS)
        )
        self.write = nn.Linear(_WIDTH, JOINT_COUNT)

    def forward(self, points: Tensor, noise: Tensor) -> Tensor:
        """Depths (B, 21) in the unit of the points (B, 21, 2), one pixel's width at the wrist's distance.

        noise: (B, 21), standard deviation of each joint along each image axis, in the same unit.
        """
        seen, size = upright(points)
        doubt = (noise / size[:, None] + _LEAST_NOISE).log() + 3.0
        features = self.read(torch.cat([seen.flatten(1), doubt], dim=1))
        for block in self.blocks:
            features = features + block(features)
        depth = self.write(features.relu())
        return (depth - depth[:, WRIST : WRIST + 1]) * size[:, None]
