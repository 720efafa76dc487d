"""The hands of a pose map: their joints, how far a network is off, and their pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints, crop_matrix, warp_crop
from handtrack.model.network import HandNetwork
from handtrack.study.datasets.labelling.label_store import LabelledImages
from handtrack.study.datasets.patches import PATCH_PIXELS, hand_patches
from handtrack.study.datasets.pose_map import as_right_hand
from handtrack.study.datasets.sample import HandDataset, HandSample
from handtrack.study.evaluation.measures.tips import tips_within
from handtrack.study.synthesis.sheet import draw_joints
from handtrack.study.training.validation import hand_errors, predict

_MARGIN = 1.6


def as_right_hands(
    hands: HandDataset, chosen: np.ndarray, progress: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Joints (N, 21, 3) of the chosen hands, as a right hand's: pixels and depth in the same unit."""
    # Labels stand beside their pictures, which then need not be read.
    samples = hands.labels if isinstance(hands, LabelledImages) else hands
    joints = []
    for index in chosen:
        sample = samples[int(index)]
        joints.append(as_right_hand(sample.joints_2d, sample.depth, sample.handedness))
        if progress:
            progress(len(joints), len(chosen))
    return np.array(joints, np.float32).reshape(-1, 21, 3)


@dataclass(frozen=True, slots=True)
class MappedErrors:
    """Errors of N hands after the last loop, (N,) each.

    image_percent: mean distance in the image, in % of the hand's extent. aligned_mm: in space, after
    Procrustes alignment, at a palm of 90 mm. tips_percent: 100 where thumb and index tip both lie within
    a tenth of the hand's extent, else 0.
    """

    image_percent: np.ndarray
    aligned_mm: np.ndarray
    tips_percent: np.ndarray


def mapped_errors(
    network: HandNetwork,
    hands: HandDataset,
    chosen: np.ndarray,
    progress: Callable[[int, int], None] | None = None,
) -> MappedErrors:
    """Errors of a network on the chosen hands, on upright crops."""
    black = np.zeros((PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)
    rows = []
    for index in chosen:
        # One by one: a picture before a green screen is several patches.
        predictions = predict(network, hand_patches(hands, [int(index)], [black], 0))
        errors = hand_errors(predictions)
        truth = predictions.joints[..., :2]
        extent = np.ptp(truth, axis=1).max(axis=-1)
        near = tips_within(100 * np.linalg.norm(predictions.xy[-1] - truth, axis=-1) / extent[:, None])
        rows.append((errors.error_2d_percent[-1].mean(), errors.pa_mpjpe_mm[-1].mean(), 100 * near.mean()))
        if progress:
            progress(len(rows), len(chosen))
    return MappedErrors(*np.array(rows, np.float64).reshape(-1, 3).T)


def upright_picture(sample: HandSample, pixels: int) -> np.ndarray:
    """The hand upright, as a right hand, with its joints (pixels, pixels, 3) uint8 BGR."""
    crop = crop_from_joints(sample.joints_2d, _MARGIN, mirrored=sample.handedness == "left")
    picture = warp_crop(sample.image, crop, pixels)
    draw_joints(picture, apply_affine(crop_matrix(crop, pixels), sample.joints_2d), sample.visible)
    return picture
