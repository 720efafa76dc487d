"""What one frame's estimate of a hand tells the next frame's: the start of a warm pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handtrack.cropping import to_crop_sides
from handtrack.engines import LoopStart
from handtrack.hand import Crop
from handtrack.skeleton import JOINT_COUNT

_NOISE: Final = 30.0
"""Sigmas a second that a joint seems to move by its noise alone. Twice what the smoothing takes for noise:
what is moved on here comes back in the next estimate, and with less a hand at rest trembles more."""
_SHARE: Final = 0.8
"""Of the last motion that is expected to go on: a hand slows down as often as it speeds up."""
_DOUBT: Final = 0.5
"""Standard deviation of where a moved joint is, over how far it was moved."""
_FARTHEST: Final = 0.35  # of the crop's side


@dataclass(frozen=True, slots=True)
class CarriedEstimate:
    """A hand as the network last saw it, before any smoothing, in pixels of the frame.

    joints_2d: (21, 2). depth: (21,), wrist-relative. sigma_image: (21, 2), one standard deviation across the
    hand and along it. sigma_depth: (21,).
    """

    joints_2d: np.ndarray
    depth: np.ndarray
    sigma_image: np.ndarray
    sigma_depth: np.ndarray

    def moved(self, velocity: np.ndarray, seconds: float, crop_size: float) -> CarriedEstimate:
        """The estimate as it will be after some seconds if the joints go on as they moved last.

        velocity: (21, 2), pixels a second, of which what noise explains does not count. crop_size: pixels.
        Without it the loops begin behind a moving hand, and what they see does not pull them up in one loop.
        """
        speed = np.linalg.norm(velocity, axis=1, keepdims=True)
        noise = _NOISE * self.sigma_image.mean(axis=1, keepdims=True)
        length = _SHARE * np.maximum(0.0, speed - noise) * seconds
        step = velocity / np.maximum(speed, 1e-9) * np.minimum(length, _FARTHEST * crop_size)
        doubt = _DOUBT * np.linalg.norm(step, axis=1, keepdims=True)
        return replace(
            self,
            joints_2d=self.joints_2d + step.astype(np.float32),
            sigma_image=np.hypot(self.sigma_image, doubt).astype(np.float32),
        )


def start_in_crops(carried: Sequence[CarriedEstimate], crops: Sequence[Crop]) -> LoopStart:
    """The estimates moved into the crops of the next frame, a hand each."""
    hands = len(crops)
    start = LoopStart(*(np.empty((hands, JOINT_COUNT, *more), np.float32) for more in ((2,), (), (2,), ())))
    for row, (each, crop) in enumerate(zip(carried, crops, strict=True)):
        start.xy[row] = to_crop_sides(each.joints_2d, crop)
        # The hand has hardly turned: across it and along it are still the crop's axes.
        start.z[row] = each.depth / crop.size
        start.sigma_xy[row] = each.sigma_image / crop.size
        start.sigma_z[row] = each.sigma_depth / crop.size
    return start
