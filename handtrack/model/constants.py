"""Numbers that both the network and its users need, free of torch."""

from __future__ import annotations

from typing import Final

CROP_PIXELS: Final = 128
"""Side of the square network input."""

FINE_CHANNELS: Final = 32
"""Of the finest features, of 32 cells a side."""

CROP_MARGIN: Final = 1.4
"""Side of the crop over the hand's upright extent, in training and in tracking."""

SIGMA_OVER_SCALE: Final = {"laplace": 2.0**0.5, "gaussian": 1.0}
"""A distribution's standard deviation over its scale, by the likelihood that a network was trained with."""

FINDER_STRIDE: Final = 8
"""Pixels of a cell of the network that finds hands."""

FINDER_UNIT: Final = 48.0
"""Pixels of a hand of whose size that network's answer is 0."""
