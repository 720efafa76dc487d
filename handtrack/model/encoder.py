"""The feature extractor: plain convolutions of our own, then bottlenecks that have seen many people."""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.model.constants import FINE_CHANNELS
from handtrack.model.convolutions import ResidualBlock
from handtrack.model.depthwise import DepthwiseConv

FULL_CONTEXT: Final = 112
"""Channels of the coarsest map of the network whose layers these are; with fewer, all layers are thinner."""


class Features(NamedTuple):
    """What the encoder sees of a crop, from fine to coarse.

    fine: (B, 32, 24, 24), edges and nails, for looking closely at a joint. middle: (B, channels, 12, 12),
    what the loop works on. coarse: (B, context, 6, 6), the hand as a whole.
    """

    fine: Tensor
    middle: Tensor
    coarse: Tensor


class ConvClamp(nn.Sequential):
    """Convolution with a bias, then ReLU6; with a stride of 2 padded rather behind, as TensorFlow pads."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        before = (kernel - stride) // 2
        behind = kernel - stride - before
        kind = DepthwiseConv if groups > 1 else nn.Conv2d
        super().__init__(
            nn.ZeroPad2d((before, behind, before, behind)) if stride > 1 else nn.Identity(),
            kind(inputs, outputs, kernel, stride, 0 if stride > 1 else before, groups=groups),
            nn.ReLU6(inplace=True),
        )
        # There is no normalisation between layers: what they begin with must keep the size of the values.
        nn.init.kaiming_normal_(self[1].weight, nonlinearity="relu")


class StemConv(nn.Sequential):
    """Convolution of stride 2, normalisation, ReLU; its cells lie where those of `ConvClamp` lie."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        before = (kernel - 2) // 2
        super().__init__(
            nn.ZeroPad2d((before, kernel - 2 - before, before, kernel - 2 - before)),
            nn.Conv2d(inputs, outputs, kernel, 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Bottleneck(nn.Module):
    """Wider, filtered channel by channel, and narrow again (MobileNetV2, Sandler et al. 2018)."""

    def __init__(self, inputs: int, wide: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.widen = ConvClamp(inputs, wide)
        self.filter = ConvClamp(wide, wide, kernel, stride, groups=wide)
        self.narrow = nn.Conv2d(wide, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, inputs, N, N) to (B, outputs, N / stride, N / stride)."""
        y = self.narrow(self.filter(self.widen(x)))
        return x + y if self.adds else y


class Encoder(nn.Module):
    """Crop (B, 3, 96, 96) to `Features`.

    `middle` and `coarse` are layers of MediaPipe's lite landmark network (Apache-2.0), without the last of
    its bottlenecks. `stem` and `enter`, before them, are ours: of 96 pixels they say what that network's
    own first layers, for more than twice the arithmetic, say of 192.
    """

    def __init__(self, channels: int, context: int) -> None:
        super().__init__()

        def thin(full: int) -> int:
            return max(1, round(full * context / FULL_CONTEXT))

        self.first = nn.Sequential(
            ConvClamp(3, 24, 3, 2), ConvClamp(24, 24, 3, groups=24), nn.Conv2d(24, 16, 1)
        )
        self.halve = Bottleneck(16, 64, 16, 3, stride=2)
        self.enter = nn.Sequential(
            Bottleneck(16, 96, 16, 3), Bottleneck(16, 96, 24, 5, stride=2), Bottleneck(24, 144, 24, 5)
        )
        self.stem = nn.Sequential(
            nn.Conv2d(24, FINE_CHANNELS, 1, bias=False), nn.BatchNorm2d(FINE_CHANNELS), nn.ReLU()
        )
        self.middle = nn.Sequential(
            Bottleneck(thin(24), thin(144), thin(48), 3, stride=2),
            Bottleneck(thin(48), thin(288), thin(48), 3),
            Bottleneck(thin(48), thin(288), thin(48), 3),
            Bottleneck(thin(48), thin(288), thin(64), 5),
            Bottleneck(thin(64), thin(384), thin(64), 5),
            Bottleneck(thin(64), thin(384), thin(64), 5),
        )
        self.coarse = nn.Sequential(
            Bottleneck(thin(64), thin(384), context, 5, stride=2),
            Bottleneck(context, thin(672), context, 5),
            Bottleneck(context, thin(672), context, 5),
        )
        self.ahead = nn.Conv2d(thin(64), channels, 1)
        self.lateral = nn.Conv2d(context, channels, 1)

    def forward(self, image: Tensor) -> Features:
        """Features of crops."""
        with torch.no_grad():
            colours = ((image * 64.0 + 127.5) / 255.0).clamp(0, 1).flip(1)
            x = self.first(
                F.interpolate(colours, scale_factor=2.0, mode="bilinear", align_corners=False).contiguous(
                    memory_format=torch.channels_last
                )
            )
            entered = self.enter(self.halve(x) + F.max_pool2d(x, 2))
        fine = self.stem(entered)
        middle = self.middle(entered)
        coarse = self.coarse(middle)
        back = F.interpolate(self.lateral(coarse), scale_factor=2.0, mode="nearest")
        return Features(fine, self.ahead(middle) + back, coarse)
