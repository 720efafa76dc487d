"""MediaPipe's lite landmark network in torch, layer for layer, to be imitated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.errors import ModelError
from handtrack.model.encoder import Bottleneck, ConvClamp, Encoder
from handtrack.model.first_guess import FirstGuess
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.lite_layers import Layer

_PIXELS = 224
"""Side of the picture that the network was made for, in whose pixels its coordinates are."""


class Seen(NamedTuple):
    """What is seen of crops, from the first layers to the last: what is to be imitated.

    entered: (B, 24, N, N). middle: (B, 64, N/2, N/2). coarse: (B, 112, N/4, N/4). summary: (B, 672).
    xy: (B, 21, 2) in crop sides.
    """

    entered: Tensor
    middle: Tensor
    coarse: Tensor
    summary: Tensor
    xy: Tensor


class LiteNetwork(nn.Module):
    """The network as it is, with nothing to train; see `lite_layers`."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.first = nn.Sequential(
            ConvClamp(3, 24, 3, 2), ConvClamp(24, 24, 3, groups=24), nn.Conv2d(24, 16, 1)
        )
        self.halve = Bottleneck(16, 64, 16, 3, stride=2)
        like = Encoder(64, 112)
        self.enter = nn.Sequential(
            Bottleneck(16, 96, 16, 3), Bottleneck(16, 96, 24, 5, stride=2), Bottleneck(24, 144, 24, 5)
        )
        self.middle = like.middle
        self.coarse = nn.Sequential(*like.coarse, Bottleneck(112, 672, 112, 5))
        end = FirstGuess(64, 112)
        self.widen, self.filter = end.widen, end.filter
        self.value = nn.Linear(672, 3 * JOINT_COUNT)
        _give(layers, self)
        self.requires_grad_(False).eval()

    def forward(self, crops: Tensor) -> Seen:
        """What it sees of crops (B, 3, N, N) as `normalise_crops` gives them, shown at twice their size."""
        colours = ((crops * 64.0 + 127.5) / 255.0).clamp(0, 1).flip(1)
        x = self.first(F.interpolate(colours, scale_factor=2.0, mode="bilinear", align_corners=False))
        entered = self.enter(self.halve(x) + F.max_pool2d(x, 2))
        middle = self.middle(entered)
        coarse = self.coarse(middle)
        summary = self.filter(self.widen(coarse)).float().mean(dim=(2, 3))
        xy = self.value(summary).float().view(-1, JOINT_COUNT, 3)[..., :2] / _PIXELS
        return Seen(entered.float(), middle.float(), coarse.float(), summary, xy)


@torch.no_grad()
def _give(layers: Sequence[Layer], network: nn.Module) -> None:
    """Fill the convolutions and products of a network, in their order. Raises ModelError for others."""
    own = [each for each in network.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    if [tuple(module.weight.shape) for module in own] != [layer.weight.shape for layer in layers]:
        raise ModelError("the landmark network to imitate is of other layers than MediaPipe's lite one")
    for module, layer in zip(own, layers, strict=True):
        assert module.bias is not None
        module.weight.copy_(torch.from_numpy(layer.weight))
        module.bias.copy_(torch.from_numpy(layer.bias))


def begin_as(encoder: Encoder, guess: FirstGuess, lite: LiteNetwork) -> None:
    """Give an encoder and its guess, of full width, the layers that they have in common with the network."""
    encoder.middle.load_state_dict(lite.middle.state_dict())
    encoder.first.load_state_dict(lite.first.state_dict())
    encoder.halve.load_state_dict(lite.halve.state_dict())
    encoder.enter.load_state_dict(lite.enter.state_dict())
    encoder.coarse.load_state_dict(lite.coarse[: len(encoder.coarse)].state_dict())
    guess.widen.load_state_dict(lite.widen.state_dict())
    guess.filter.load_state_dict(lite.filter.state_dict())
    with torch.no_grad():
        weight, bias = (
            values.view(JOINT_COUNT, 3, -1) / _PIXELS for values in (lite.value.weight, lite.value.bias)
        )
        guess.value.weight.view(JOINT_COUNT, -1, weight.shape[-1])[:, :3] = weight
        guess.value.weight.view(JOINT_COUNT, -1, weight.shape[-1])[:, 3:] = 0.0
        guess.value.bias.view(JOINT_COUNT, -1)[:, :3] = bias[..., 0]


def seen_by(encoder: Encoder, guess: FirstGuess, crops: Tensor) -> Seen:
    """What an encoder of full width and its guess see of crops, as `LiteNetwork` says it."""
    entered = encoder.enter(encoder.stem(crops))
    middle = encoder.middle(entered)
    coarse = encoder.coarse(middle)
    said = guess(coarse)
    xy = said.estimate.xy
    return Seen(entered.float(), middle.float(), coarse.float(), said.summary, xy)
