# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a frame lies in a view, and where its pixels come to stand; no Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class PictureMap:
    """A frame drawn at left, top, width, height (view pixels); scale is view pixels per frame pixel."""

    left: float
    top: float
    width: float
    height: float
    scale: float
    mirrored: bool

    @classmethod
    def fit(cls, frame: tuple[int, int], view: tuple[int, int], mirrored: bool) -> PictureMap:
        """The largest centred place for a frame (width, height) in a view, its aspect kept."""
        scale = min(view[0] / frame[0], view[1] / frame[1])
        width, height = frame[0] * scale, frame[1] * scale
        return cls((view[0] - width) / 2, (view[1] - height) / 2, width, height, scale, mirrored)

    def to_view(self, points: np.ndarray) -> np.ndarray:
        """View pixels (N, 2) of frame pixels (N, 2), whose centres lie at whole numbers."""
        shown = (np.asarray(points, dtype=np.float64) + 0.5) * self.scale
        if self.mirrored:
            shown[:, 0] = self.width - shown[:, 0]
        return shown + np.array([self.left, self.top])
