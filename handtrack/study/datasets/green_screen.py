"""Hands before a green screen: find the screen and put another background in its place."""

from __future__ import annotations

import cv2
import numpy as np


def green_screen_mask(patch: np.ndarray, inside: np.ndarray) -> np.ndarray | None:
    """Share of green screen (H, W) in 0..1 at each pixel, or None if the picture has no green screen.

    inside: (H, W), true where the patch shows the picture.
    """
    blue, green, red = (patch[..., i].astype(np.float32) for i in range(3))
    excess = green - np.maximum(blue, red)
    if not inside.any() or (excess > 40)[inside].mean() < 0.3:
        return None
    # Outside all counts as screen, or the blur would leave a rim of green around the picture.
    return cv2.GaussianBlur(np.where(inside, np.clip((excess - 8) / 24, 0, 1), 1), (3, 3), 0)


def replace_background(patch: np.ndarray, mask: np.ndarray, background: np.ndarray) -> np.ndarray:
    """The patch with the masked part replaced; green light on the hand's rim is taken back."""
    calm = patch.copy()
    calm[..., 1] = np.minimum(calm[..., 1], np.maximum(calm[..., 0], calm[..., 2]))
    share = mask[..., None]
    return (calm * (1 - share) + background * share).astype(np.uint8)
