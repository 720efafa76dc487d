"""A first estimate straight from the whole hand, which every loop then sees and refines."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from handtrack.model.encoder import FULL_CONTEXT, ConvClamp
from handtrack.model.estimate import Estimate, render_estimate
from handtrack.skeleton import JOINT_COUNT, WRIST

_FULL_WIDTH = 672
_VALUES = 5  # x, y, depth, log scale of the image, log scale of depth


class Guess(NamedTuple):
    """estimate: in crop units. summary: (B, C), all that is known of the hand as a whole."""

    estimate: Estimate
    summary: Tensor


class FirstGuess(nn.Module):
    """Coarse features (B, context, N, N) to a `Guess`: no heatmap, one value for each coordinate.

    The layers are the last ones of MediaPipe's lite landmark network; the scales are ours.
    """

    def __init__(self, channels: int, context: int) -> None:
        super().__init__()
        width = max(1, round(_FULL_WIDTH * context / FULL_CONTEXT))
        self.summary_channels = width
        self.widen = ConvClamp(context, width)
        self.filter = ConvClamp(width, width, 3, groups=width)
        self.value = nn.Linear(width, JOINT_COUNT * _VALUES)
        self.draw = nn.Conv2d(2 * JOINT_COUNT, channels, 1, bias=False)
        with torch.no_grad():
            self.value.weight.mul_(0.1)
            self.value.bias.copy_(torch.tensor([0.5, 0.5, 0.0, -3.0, -3.0]).repeat(JOINT_COUNT))

    def forward(self, coarse: Tensor) -> Guess:
        """The guess of a batch."""
        summary = self.filter(self.widen(coarse)).float().mean(dim=(2, 3))
        values = self.value(summary).float().view(-1, JOINT_COUNT, _VALUES)
        depth = values[..., 2] - values[:, WRIST : WRIST + 1, 2]
        return Guess(Estimate(values[..., :2], depth, values[..., 3:].clamp(-7.0, 0.0)), summary)

    def drawn(self, guess: Guess, cells: int) -> Tensor:
        """What the loops' maps get of it (B, channels, cells, cells); no gradient goes back."""
        return self.draw(render_estimate(guess.estimate.detach(), cells))
