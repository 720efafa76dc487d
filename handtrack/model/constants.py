"""Numbers that both the network and its users need, free of torch."""

from __future__ import annotations

from typing import Final

CROP_PIXELS: Final = 128
"""Side of the square network input."""

CROP_MARGIN: Final = 1.5
"""Side of the crop over the hand's upright extent, in training and in tracking."""
