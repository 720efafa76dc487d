"""The hands of a pose map: their joints, how far a network is off, and their pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from handtrack.datasets.patches import PATCH_PIXELS, hand_patches
from handtrack.datasets.sample import HandDataset, HandSample
from handtrack.geometry import apply_affine, crop_from_joints, crop_matrix, warp_crop
from handtrack.model.network import HandNetwork
from handtrack.synthesis.sheet import draw_joints
from handtrack.training.validation import hand_errors, predict

_MARGIN = 1.6
_MIRROR = np.array([-1.0, 1.0, 1.0], np.float32)


def as_right_hands(
    hands: HandDataset, chosen: np.ndarray, progress: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Joints (N, 21, 3) of the chosen hands, as a right hand's: pixels and depth in the same unit."""
    joints = []
    for index in chosen:
        sample = hands[int(index)]
        points = np.column_stack([sample.joints_2d, sample.depth])
        joints.append(points * _MIRROR if sample.handedness == "left" else points)
        if progress:
            progress(len(joints), len(chosen))
    return np.array(joints, np.float32).reshape(-1, 21, 3)


def errors_2d_percent(network: HandNetwork, hands: HandDataset, chosen: np.ndarray) -> np.ndarray:
    """Mean 2D error (N,) after the last loop, in % of each hand's extent, on upright crops."""
    black = np.zeros((PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)
    errors = []
    for index in chosen:
        # One by one: a picture before a green screen is several patches.
        patch = hand_patches(hands, [int(index)], [black], 0)
        errors.append(hand_errors(predict(network, patch)).error_2d_percent[-1].mean())
    return np.array(errors)


def upright_picture(sample: HandSample, pixels: int) -> np.ndarray:
    """The hand upright, as a right hand, with its joints (pixels, pixels, 3) uint8 BGR."""
    crop = crop_from_joints(sample.joints_2d, _MARGIN, mirrored=sample.handedness == "left")
    picture = warp_crop(sample.image, crop, pixels)
    draw_joints(picture, apply_affine(crop_matrix(crop, pixels), sample.joints_2d), sample.visible)
    return picture
