"""What the gate sees, and how likely it then is to leave; `gate_rule` holds that against the threshold."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from handtrack.model.estimate import Estimate
from handtrack.model.loop_slots import slot_count
from handtrack.skeleton import JOINT_COUNT


class ExitGate(nn.Module):
    """Uncertainty, last movement and a summary of the features to the logit of leaving now.

    Its inputs carry no gradient back, so that deciding never changes what is estimated. How it learns
    stands in `handtrack.study.training.gate_fit`.
    """

    def __init__(self, channels: int, loops: int, hidden: int = 48) -> None:
        super().__init__()
        self.slots = slot_count(loops)
        self.layers = nn.Sequential(
            nn.Linear(3 * JOINT_COUNT + channels + self.slots, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        )

    def look(self, estimate: Estimate, previous: Estimate | None, refined: Tensor, slot: int) -> Tensor:
        """What the gate decides by (B, F), after the loop with this slot."""
        uncertainty = estimate.log_scale.detach()
        if previous is None:
            moved = torch.zeros_like(uncertainty[..., 0])
        else:
            # Movement in units of the stated uncertainty: large when the loop is still at work.
            distance = (estimate.xy.detach() - previous.xy.detach()).norm(dim=-1)
            moved = torch.log1p(distance / uncertainty[..., 0].exp())
        summary = refined.detach().float().mean(dim=(2, 3))
        number = summary.new_zeros(summary.shape[0], self.slots)
        number[:, slot] = 1.0
        return torch.cat([uncertainty.flatten(1) + 4.0, moved, summary, number], dim=1)

    def decide(self, seen: Tensor) -> Tensor:
        """Logit (...) of leaving, from what was seen (..., F)."""
        return self.layers(seen).squeeze(-1)
