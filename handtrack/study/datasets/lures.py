"""What the network itself takes for a hand where there is none: crops that it asks for on faces and cloth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import torch

from handtrack.cropping import crop_from_joints, from_crop_sides, warp_crop
from handtrack.detectors.base import HandFinder
from handtrack.hand import Crop
from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS
from handtrack.model.network import HandNetwork, normalise_crops
from handtrack.study.datasets.empty import lies_apart
from handtrack.study.datasets.patches import PATCH_MARGIN, PATCH_PIXELS

Picture = tuple[np.ndarray, Sequence[np.ndarray]]
"""A picture (H, W, 3) uint8 BGR, and the points (K, 2) of each hand in it."""

_LOOKS: Final = 3  # as a new hand is looked at
_LOOPS: Final = 2
_LEAST_PRESENCE: Final = 0.2


@torch.inference_mode()
def lures(
    network: HandNetwork,
    finder: HandFinder,
    pictures: Iterable[Picture],
) -> np.ndarray:
    """Patches (N, P, P, 3) uint8 without a hand, each about a crop that the network has asked for.

    pictures: (H, W, 3) uint8 BGR, each with the points (K, 2) of all hands in it. What the finder names
    beside them is looked at as a new hand is, three crops in a row, as a right one and as a left one.
    """
    network.eval()
    found = []
    for picture, hands in pictures:
        for place in finder.detect(picture):
            for mirrored in (False, True):
                crop = replace(place.crop, mirrored=mirrored)
                for _ in range(_LOOKS):
                    size = crop.size / CROP_MARGIN
                    if not all(lies_apart(crop.centre, size, points) for points in hands):
                        break
                    presence, asked = _look(network, picture, crop)
                    if presence < _LEAST_PRESENCE or asked is None:
                        break
                    wide = replace(crop, size=size * PATCH_MARGIN)
                    found.append(warp_crop(picture, wide, PATCH_PIXELS))
                    crop = asked
    return np.stack(found) if found else np.zeros((0, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)


def _look(network: HandNetwork, picture: np.ndarray, crop: Crop) -> tuple[float, Crop | None]:
    """How likely a hand is in the crop, and the crop that its joints ask for."""
    seen = normalise_crops(torch.from_numpy(warp_crop(picture, crop, CROP_PIXELS))[None])
    encoding, outputs = network(seen, _LOOPS)
    joints = from_crop_sides(outputs[-1].estimate.xy[0].numpy().astype(np.float64), crop)
    fits = np.isfinite(joints).all() and np.ptp(joints, axis=0).max() > 4
    asked = crop_from_joints(joints.astype(np.float32), CROP_MARGIN, mirrored=crop.mirrored) if fits else None
    return float(encoding.presence_logit.sigmoid()), asked
