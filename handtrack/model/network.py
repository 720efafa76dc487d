"""The whole estimator: encode a crop once, then refine, estimate and decide in a loop."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from handtrack.model.architecture import Architecture
from handtrack.model.backbone import Backbone, Features
from handtrack.model.constants import FINE_CHANNELS
from handtrack.model.estimate import Estimate, LoopOutput
from handtrack.model.gate import ExitGate
from handtrack.model.glimpse import Glimpse
from handtrack.model.joint_groups import GroupedHead
from handtrack.model.loop_norm import LoopNorm
from handtrack.model.loop_slots import slot_of
from handtrack.model.refiner import Attention, Refiner


class Encoding(NamedTuple):
    """What is computed once for a crop.

    features: for the loops. presence_logit: (B,), a hand is in the crop.
    right_logit: (B,), the hand in the crop looks like a right one (or a mirrored left one).
    """

    features: Features
    presence_logit: Tensor
    right_logit: Tensor


class LoopState(NamedTuple):
    """What one loop hands to the next; both None where the first begins from nothing.

    refined: the loop's features (B, C, H, W), of which the next one's attention is made; None without it.
    A first loop that is given an estimate alone begins from it: a warm start.
    """

    refined: Tensor | None = None
    estimate: Estimate | None = None


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
        self.attention = Attention(a.channels) if a.attention else None
        self.glimpse = Glimpse(FINE_CHANNELS, a.group_channels)
        self.head = GroupedHead(a)
        self.gate = ExitGate(a.channels, a.loops)
        self.presence = nn.Sequential(nn.Linear(a.context_channels, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(
        self, image: Tensor, loops: int | None = None, start: Estimate | None = None
    ) -> tuple[Encoding, list[LoopOutput]]:
        """The method in one place: every loop's output for a batch, without leaving early.

        start: an estimate to begin from, such as the last frame's.
        """
        encoding = self.encode(image)
        state = LoopState(estimate=start)
        groups = self.head.selector()
        outputs = []
        for loop in range(loops or self.architecture.loops):
            output, state = self.refine(encoding.features, state, loop, groups)
            outputs.append(output)
        return encoding, outputs

    def encode(self, image: Tensor) -> Encoding:
        """Features of crops (B, 3, 128, 128), run once."""
        features = self.backbone(image)
        presence, right = self.presence(features.coarse.float().mean(dim=(2, 3))).unbind(dim=1)
        return Encoding(features, presence, right)

    def refine(
        self, features: Features, state: LoopState, loop: int, groups: Tensor | None = None
    ) -> tuple[LoopOutput, LoopState]:
        """One loop, counted from 0: attend, refine, estimate, and ask the gate.

        groups: the selector's weights (21, G) for this pass; asked anew if not given.
        """
        attended = features.middle
        if self.attention is not None and state.refined is not None:
            attended = attended * self.attention(state.refined)
        # The fed-back estimate carries no gradient (as in RAFT): each loop learns to mend what it is given.
        previous = None if state.estimate is None else state.estimate.detach()
        slot = slot_of(loop, previous is not None, self.architecture.loops)
        refined = self.refiner(attended, previous, slot)
        glimpse = None if previous is None else self.glimpse(features.fine, previous)
        estimate = self.head(refined, glimpse, slot, groups)
        seen = self.gate.look(estimate, previous, refined, slot)
        kept = None if self.attention is None else refined
        return LoopOutput(estimate, self.gate.decide(seen), seen), LoopState(kept, estimate)

    def start_loop_from(self, source: int, target: int) -> None:
        """Copy a loop's own normalisation to a loop that joins the training later, by their slots."""
        for module in self.modules():
            if isinstance(module, LoopNorm):
                module.copy_slot(source, target)


def normalise_crops(crops: Tensor) -> Tensor:
    """Network input (B, 3, H, W) float32 from crops (B, H, W, 3) uint8 in BGR order."""
    # Channels are moved last of all, which is then a matter of strides: convolutions on CPUs want them so.
    return crops.to(torch.float32).sub_(127.5).div_(64.0).permute(0, 3, 1, 2)
