"""What one frame's estimate of a hand tells the next frame's: the start of a warm pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.engines import LoopStart
from handtrack.geometry import to_crop_sides
from handtrack.hand import Crop
from handtrack.skeleton import JOINT_COUNT


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
