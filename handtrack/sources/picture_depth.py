"""Pictures of more than 8 bits, as 8 bits of the brightness that their makers meant."""

from __future__ import annotations

import numpy as np

_FULL = 16
_RIGHT_ALIGNED = (10, 12)
"""Bits of the cameras whose values are stored as they are in 16 bits."""


def eight_bits(image: np.ndarray, stated_bits: int | None = None) -> np.ndarray:
    """A picture of any depth as uint8, its brightness kept.

    image: integers, or floating-point values from 0 to 1, 255 or 65535. stated_bits: how many bits of 16 the
    file calls significant, None if it does not say.
    """
    if image.dtype == np.uint8:
        return image
    if image.dtype == np.uint16:
        bits = significant_bits(image, stated_bits)
        # Rounded down, as everyone does who takes the upper byte.
        return (image >> (bits - 8)).astype(np.uint8)
    values = np.nan_to_num(image.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    highest = float(np.max(values, initial=0.0))
    if np.issubdtype(image.dtype, np.floating) and highest <= 1.0:
        white = 1.0
    else:
        white = next((float(top) for top in (255, 65535) if highest <= top), highest)
    return np.clip(values * (255.0 / white) + 0.5, 0, 255).astype(np.uint8)


def significant_bits(image: np.ndarray, stated: int | None = None) -> int:
    """How many of the 16 bits of uint16 values are used: 8 to 16.

    Pictures of 10 and 12 bits are often stored without scaling, which shows as nearly black: they use no bit
    above their own. A dark picture of 16 bits is told from them by what the file says, or because it was
    one of 8 bits, whose values become multiples of 257. stated: as for `eight_bits`.
    """
    highest = int(image.max(initial=0))
    for bits in (stated,) if stated else _RIGHT_ALIGNED:
        if 8 <= bits < _FULL and highest < 1 << bits:
            return bits if (image % 257).any() else _FULL
    return _FULL
