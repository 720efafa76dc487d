"""The learned decision to leave the loop."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from handtrack.model.estimate import Estimate
from handtrack.skeleton import JOINT_COUNT


class ExitGate(nn.Module):
    """Uncertainty, last movement and a summary of the features to the logit of leaving now.

    Supervised by the true gain of going on: its probability is that of the remaining loops
    improving this hand by less than a set share of its error. Its inputs carry no gradient back, so
    that deciding never changes what is estimated.
    """

    def __init__(self, channels: int, loops: int, hidden: int = 32) -> None:
        super().__init__()
        self.loops = loops
        self.layers = nn.Sequential(
            nn.Linear(3 * JOINT_COUNT + channels + loops, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        )

    def forward(self, estimate: Estimate, previous: Estimate | None, refined: Tensor, loop: int) -> Tensor:
        """Logit (B,) after the given loop, counted from 0."""
        uncertainty = estimate.log_scale.detach()
        if previous is None:
            moved = torch.zeros_like(uncertainty[..., 0])
        else:
            # Movement in units of the stated uncertainty: large when the loop is still at work.
            distance = (estimate.xy.detach() - previous.xy.detach()).norm(dim=-1)
            moved = torch.log1p(distance / uncertainty[..., 0].exp())
        summary = refined.detach().float().mean(dim=(2, 3))
        number = summary.new_zeros(len(summary), self.loops)
        number[:, min(loop, self.loops - 1)] = 1.0
        features = torch.cat([uncertainty.flatten(1) + 4.0, moved, summary, number], dim=1)
        return self.layers(features).squeeze(1)
