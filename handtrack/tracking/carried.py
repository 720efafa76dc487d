"""What one frame's estimate of a hand tells the next frame's: the start of a warm pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.engines import LoopStart
from handtrack.geometry import apply_affine, crop_matrix
from handtrack.hand import Crop
from handtrack.model.constants import CROP_PIXELS


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
    places = [
        # The network's 0..1 spans pixel edges; pixel centres lie at whole numbers.
        (apply_affine(crop_matrix(crop, CROP_PIXELS), each.joints_2d) + 0.5) / CROP_PIXELS
        for each, crop in zip(carried, crops, strict=True)
    ]
    sides = np.array([crop.size for crop in crops])[:, None]
    # The hand has hardly turned: across it and along it are still the crop's axes.
    return LoopStart(
        np.stack(places).astype(np.float32),
        (np.stack([each.depth for each in carried]) / sides).astype(np.float32),
        (np.stack([each.sigma_image for each in carried]) / sides[..., None]).astype(np.float32),
        (np.stack([each.sigma_depth for each in carried]) / sides).astype(np.float32),
    )
