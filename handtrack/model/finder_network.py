"""The network that finds hands in a whole frame: a map of places, and at each what the hand there is like."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.model.convolutions import ConvNorm, ResidualBlock

_FINE, _CHANNELS, _CONTEXT, _WHOLE = 32, 64, 96, 128  # of the maps, from fine to coarse
_FIRST_SCORE = -4.0  # logit everywhere: nearly all of a picture is no hand


class Places(NamedTuple):
    """What the network says of each cell (B, h, w), FINDER_STRIDE pixels wide.

    score: logit that a hand's middle is in the cell. middle: (B, 2, h, w), where it is, from the cell's own,
    in cells. size: logarithm of the upright hand's larger side over FINDER_UNIT pixels. up: (B, 2, h, w),
    from wrist to middle knuckle, of length 1 where that is sure. right: logit that it is a right hand.
    """

    score: Tensor
    middle: Tensor
    size: Tensor
    up: Tensor
    right: Tensor


class FinderNetwork(nn.Module):
    """One look at a frame, after CenterNet ("Objects as Points", Zhou et al., 2019).

    Input: (B, 3, H, W) as `normalise_crops` gives it, sides multiples of 32. Hands from about 8 pixels on.
    The coarsest cells are 32 pixels wide, so that a hand as large as the frame is seen as one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            ConvNorm(3, 16, stride=2), ConvNorm(16, _FINE, stride=2), ConvNorm(_FINE, _FINE)
        )
        self.middle = nn.Sequential(ConvNorm(_FINE, _CHANNELS, stride=2), ResidualBlock(_CHANNELS))
        self.coarse = nn.Sequential(ConvNorm(_CHANNELS, _CONTEXT, stride=2), ResidualBlock(_CONTEXT))
        self.whole = nn.Sequential(ConvNorm(_CONTEXT, _WHOLE, stride=2), ResidualBlock(_WHOLE))
        self.from_whole = nn.Conv2d(_WHOLE, _CONTEXT, 1)
        self.from_coarse = nn.Conv2d(_CONTEXT, _CHANNELS, 1)
        self.around = ConvNorm(_CHANNELS, _CHANNELS)
        self.answer = nn.Conv2d(_CHANNELS, 7, 1)
        with torch.no_grad():
            assert self.answer.bias is not None
            self.answer.bias.zero_()[0] = _FIRST_SCORE

    def forward(self, image: Tensor) -> Tensor:
        """Answers (B, 7, H / 8, W / 8); `places` names them."""
        middle = self.middle(self.stem(image))
        coarse = self.coarse(middle)
        whole = self.whole(coarse)
        coarse = F.relu(coarse + F.interpolate(self.from_whole(whole), scale_factor=2.0, mode="nearest"))
        middle = F.relu(middle + F.interpolate(self.from_coarse(coarse), scale_factor=2.0, mode="nearest"))
        answers: Tensor = self.answer(self.around(middle))
        return answers


def places(answers: Tensor) -> Places:
    """The network's answers by their names."""
    score, x, y, size, up_x, up_y, right = answers.unbind(dim=1)
    return Places(score, torch.stack([x, y], dim=1), size, torch.stack([up_x, up_y], dim=1), right)
