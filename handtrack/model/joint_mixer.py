"""What each joint's features tell about the other joints."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.skeleton import JOINT_COUNT


class JointMixer(nn.Module):
    """Features of all joints (B, 21, C) to corrections of all joints' values (B, 21, V).

    A heatmap sees one joint's surroundings. Depth, and joints that are hidden, follow from the whole hand's
    pose. The corrections start at zero.
    """

    def __init__(self, channels: int, values: int, hidden: int) -> None:
        super().__init__()
        self.values = values
        self.enter = nn.Linear(JOINT_COUNT * channels, hidden)
        self.leave = nn.Linear(hidden, JOINT_COUNT * values)
        for parameter in self.leave.parameters():
            nn.init.zeros_(parameter)

    def forward(self, joints: Tensor) -> Tensor:
        """Corrections (B, 21, V)."""
        hidden = F.relu(self.enter(joints.flatten(1)))
        return self.leave(hidden).view(-1, JOINT_COUNT, self.values)
