"""The network that finds hands in a whole frame: a map of places, and at each what the hand there is like."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.model.backbone import Backbone, ConvNorm, ResidualBlock

_CHANNELS, _CONTEXT = 64, 96  # as the estimator's, from whose features training begins
_WHOLE = 128
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
    The first layers are those of the estimator's backbone, and begin as them; what follows has cells twice as
    large as its coarsest, so that a hand as large as the frame is seen as one.
    """

    def __init__(self) -> None:
        super().__init__()
        own = Backbone(_CHANNELS, _CONTEXT)
        self.stem, self.middle = own.stem, own.middle
        self.coarse = own.coarse[:2]
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

    def begin_from(self, backbone: Backbone) -> None:
        """Take over what an estimator of the same width has learned to see."""
        self.stem.load_state_dict(backbone.stem.state_dict())
        self.middle.load_state_dict(backbone.middle.state_dict())
        self.coarse.load_state_dict(backbone.coarse[:2].state_dict())


def places(answers: Tensor) -> Places:
    """The network's answers by their names."""
    score, x, y, size, up_x, up_y, right = answers.unbind(dim=1)
    return Places(score, torch.stack([x, y], dim=1), size, torch.stack([up_x, up_y], dim=1), right)
