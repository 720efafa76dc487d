"""The whole estimator: encode a crop once, then refine, estimate and decide in a loop."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from handtrack.model.backbone import Backbone
from handtrack.model.estimate import Estimate, LoopOutput
from handtrack.model.gate import ExitGate
from handtrack.model.joint_groups import GroupedHead
from handtrack.model.loop_norm import LoopNorm, LoopNormMode
from handtrack.model.refiner import Attention, Refiner


@dataclass(frozen=True, slots=True)
class Architecture:
    """All that is needed to build the network again; stored with its weights."""

    channels: int = 64
    context_channels: int = 96
    groups: int = 3
    group_channels: int = 24
    loops: int = 4
    norm: LoopNormMode = "per_loop"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a weights file."""
        return asdict(self)


class Encoding(NamedTuple):
    """What is computed once for a crop.

    features: (B, C, 16, 16). presence_logit: (B,), a hand is in the crop.
    right_logit: (B,), the hand in the crop looks like a right one (or a mirrored left one).
    """

    features: Tensor
    presence_logit: Tensor
    right_logit: Tensor


class LoopState(NamedTuple):
    """What one loop hands to the next."""

    attention: Tensor | None
    estimate: Estimate | None


class HandNetwork(nn.Module):
    """Recursive hand pose estimator after Dynamic Iterative Refinement (WACV 2022).

    The head is that of Learnable Joint Groups (AAAI 2021) on small features. Input: crops
    (B, 3, 128, 128) as `normalise_crops` gives them. See `handtrack.model.estimate` for units.
    """

    def __init__(self, architecture: Architecture | None = None) -> None:
        super().__init__()
        a = architecture or Architecture()
        self.architecture = a
        self.backbone = Backbone(a.channels, a.context_channels)
        self.refiner = Refiner(a.channels, a.loops, a.norm)
        self.attention = Attention(a.channels)
        self.head = GroupedHead(a.channels, a.groups, a.group_channels, a.loops, a.norm)
        self.gate = ExitGate(a.channels, a.loops)
        self.presence = nn.Sequential(nn.Linear(a.context_channels, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, image: Tensor, loops: int | None = None) -> tuple[Encoding, list[LoopOutput]]:
        """The method in one place: every loop's output for a batch, without leaving early."""
        encoding = self.encode(image)
        state = LoopState(None, None)
        groups = self.head.selector()
        outputs = []
        for loop in range(loops or self.architecture.loops):
            output, state = self.refine(encoding.features, state, loop, groups)
            outputs.append(output)
        return encoding, outputs

    def encode(self, image: Tensor) -> Encoding:
        """Features of crops (B, 3, 128, 128), run once."""
        features, context = self.backbone(image)
        presence, right = self.presence(context.float().mean(dim=(2, 3))).unbind(dim=1)
        return Encoding(features, presence, right)

    def refine(
        self, features: Tensor, state: LoopState, loop: int, groups: Tensor | None = None
    ) -> tuple[LoopOutput, LoopState]:
        """One loop, counted from 0: attend, refine, estimate, and ask the gate.

        groups: the selector's weights (21, G) for this pass; asked anew if not given.
        """
        attended = features if state.attention is None else features * state.attention
        # The fed-back estimate carries no gradient (as in RAFT): each loop learns to mend what it is given.
        previous = None if state.estimate is None else state.estimate.detach()
        refined = self.refiner(attended, previous, loop)
        estimate = self.head(refined, loop, groups)
        exit_logit = self.gate(estimate, previous, refined, loop)
        return LoopOutput(estimate, exit_logit), LoopState(self.attention(refined), estimate)

    def start_loop_from(self, source: int, target: int) -> None:
        """Copy a loop's own normalisation to a loop that joins the training later."""
        for module in self.modules():
            if isinstance(module, LoopNorm):
                module.copy_loop(source, target)


def normalise_crops(crops: Tensor) -> Tensor:
    """Network input (B, 3, H, W) float32 from crops (B, H, W, 3) uint8 in BGR order."""
    return crops.permute(0, 3, 1, 2).to(torch.float32).sub_(127.5).div_(64.0)
