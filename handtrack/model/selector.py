"""Which group each joint belongs to: learned, or given (Learnable Joint Groups, AAAI 2021)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.skeleton import JOINT_COUNT


class BinarySelector(nn.Module):
    """Which group each joint belongs to: logits (21, G), sampled from a Concrete distribution in training.

    The temperature is annealed by the trainer until samples are binary. In evaluation each joint has
    the group of its largest logit, so the result is deterministic.
    """

    _GIVEN = 20.0  # logit of a group that is given: its weight is 1 up to rounding

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(JOINT_COUNT, groups))
        self.temperature = 1.0

    def forward(self) -> Tensor:
        """Weights (21, G) that sum to one for each joint."""
        if self.training:
            return F.gumbel_softmax(self.logits, tau=self.temperature, dim=-1)
        return F.one_hot(self.assignment(), self.logits.shape[1]).to(self.logits.dtype)

    def assignment(self) -> Tensor:
        """Group (21,) of each joint."""
        return self.logits.argmax(dim=-1)

    def certainty(self) -> Tensor:
        """Probability (21,) that a joint is drawn into its likeliest group, at any temperature."""
        return self.logits.softmax(dim=-1).max(dim=-1).values

    def give(self, groups: Tensor) -> None:
        """Put each joint into the given one of groups (21,), for good."""
        with torch.no_grad():
            self.logits.copy_(self._GIVEN * F.one_hot(groups, self.logits.shape[1]))
        self.logits.requires_grad_(False)

    def entropy(self) -> Tensor:
        """Mean entropy over the joints, in nats; zero when every joint's group is settled."""
        log = self.logits.log_softmax(dim=-1)
        return -(log.exp() * log).sum(dim=-1).mean()
