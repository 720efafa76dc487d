"""The feature extractor: plain 3x3 convolutions, run once for each crop."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


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


class Backbone(nn.Module):
    """Crop (B, 3, 128, 128) to features (B, channels, 16, 16) and context (B, deep, 8, 8).

    Plain convolutions rather than depthwise ones: on CPUs they learn and run faster for their
    arithmetic. The coarse context, which sees the whole crop, is added back to the finer features.
    """

    def __init__(self, channels: int = 64, deep: int = 96) -> None:
        super().__init__()
        self.stem = nn.Sequential(ConvNorm(3, 16, stride=2), ConvNorm(16, 32, stride=2), ConvNorm(32, 32))
        self.fine = nn.Sequential(ConvNorm(32, channels, stride=2), ResidualBlock(channels))
        self.coarse = nn.Sequential(
            ConvNorm(channels, deep, stride=2), ResidualBlock(deep), ResidualBlock(deep)
        )
        self.lateral = nn.Conv2d(deep, channels, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Features for the loop, and the coarse context."""
        fine = self.fine(self.stem(image))
        context = self.coarse(fine)
        return fine + F.interpolate(self.lateral(context), scale_factor=2.0, mode="nearest"), context
