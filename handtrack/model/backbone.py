"""The feature extractor: plain 3x3 convolutions, run once for each crop."""

from __future__ import annotations

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.model.constants import FINE_CHANNELS


class ConvNorm(nn.Sequential):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape as x."""
        return F.relu(x + self.norm(self.second(self.first(x))))


class Features(NamedTuple):
    """What the backbone sees of a crop, from fine to coarse.

    fine: (B, 32, 32, 32), edges and nails, for looking closely at a joint. middle: (B, channels, 16, 16),
    what the loop works on. coarse: (B, context, 8, 8), the hand as a whole.
    """

    fine: Tensor
    middle: Tensor
    coarse: Tensor


class Backbone(nn.Module):
    """Crop (B, 3, 128, 128) to `Features`.

    Plain convolutions rather than depthwise ones: on CPUs they learn and run faster for their
    arithmetic. The coarse map, which sees the whole crop, is added back to the middle one.
    """

    def __init__(self, channels: int, context: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            ConvNorm(3, 16, stride=2),
            ConvNorm(16, FINE_CHANNELS, stride=2),
            ConvNorm(FINE_CHANNELS, FINE_CHANNELS),
        )
        self.middle = nn.Sequential(ConvNorm(FINE_CHANNELS, channels, stride=2), ResidualBlock(channels))
        self.coarse = nn.Sequential(
            ConvNorm(channels, context, stride=2), ResidualBlock(context), ResidualBlock(context)
        )
        self.lateral = nn.Conv2d(context, channels, 1)

    def forward(self, image: Tensor) -> Features:
        """Features of crops."""
        fine = self.stem(image)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        back = F.interpolate(self.lateral(coarse), scale_factor=2.0, mode="nearest")
        return Features(fine, middle + back, coarse)
