"""Numbers that both the network and its users need, free of torch."""

from __future__ import annotations

from typing import Final

CROP_PIXELS: Final = 128
"""Side of the square network input."""

CROP_MARGIN: Final = 1.5
"""Side of the crop over the hand's upright extent, in training and in tracking."""

LAPLACE_SIGMA: Final = 2.0**0.5
"""A Laplace distribution's standard deviation over its scale."""
