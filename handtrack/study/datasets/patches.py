"""Hands as upright patches in memory: wide enough to be turned, scaled and shifted in training."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints, crop_matrix, warp_crop
from handtrack.errors import SourceError
from handtrack.hand import Crop
from handtrack.study.datasets.green_screen import green_screen_mask, replace_background
from handtrack.study.datasets.mattes import MATTE_SCALE, hand_matte, matte_of_share, within_reach
from handtrack.study.datasets.sample import HandDataset, HandSample

logger = logging.getLogger(__name__)

PATCH_MARGIN = 2.4
PATCH_PIXELS = 208
_GREEN_SCREEN_COPIES = 3


@dataclass(frozen=True, slots=True)
class Patches:
    """Patches of hands, all looking like right hands, wrist to middle MCP pointing up.

    images: (N, P, P, 3) uint8 BGR. joints: (N, 21, 3) float32 pixels of the patch (x, y, and depth
    relative to the wrist). spread: (N, 21) label noise in pixels of the patch. source: (N,) names.
    key: (N,) where each came from within its source. mattes: (N, P/2, P/2) uint8, 255 where it is the hand
    with its forearm; all zero for a patch that keeps its background.
    """

    images: np.ndarray
    joints: np.ndarray
    spread: np.ndarray
    source: np.ndarray
    key: np.ndarray
    mattes: np.ndarray

    def __len__(self) -> int:
        """Number of patches."""
        return len(self.images)


def without_hands(images: np.ndarray) -> Patches:
    """Patches (N, P, P, 3) in which there is no hand: joints of NaN, and all of it is background."""
    count, side = len(images), PATCH_PIXELS // MATTE_SCALE
    return Patches(
        images=images,
        joints=np.full((count, 21, 3), np.nan, np.float32),
        spread=np.zeros((count, 21), np.float32),
        source=np.full(count, "empty"),
        key=np.arange(count).astype(np.str_),
        mattes=np.zeros((count, side, side), np.uint8),
    )


def hand_patches(
    dataset: HandDataset,
    indices: Sequence[int],
    backgrounds: Sequence[np.ndarray],
    seed: int,
) -> Patches:
    """Cut the samples with these indices out of their pictures.

    Pictures before a green screen get a random background instead, three times over. What lies
    outside a picture is black, mirrored picture, or a background, by chance: a black frame around the
    hand would otherwise become a sign of a hand. Samples that cannot be read are left out with a
    warning. Raises SourceError if none is left.
    """
    generator = np.random.default_rng(seed)
    # Memory is taken as it is filled; a list of pictures would need twice as much in the end.
    images = np.empty((_GREEN_SCREEN_COPIES * len(indices), PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)
    mattes = np.empty((len(images), PATCH_PIXELS // MATTE_SCALE, PATCH_PIXELS // MATTE_SCALE), np.uint8)
    joints: list[np.ndarray] = []
    spreads, sources, keys = [], [], []
    for index in indices:
        try:
            sample = dataset[index]
        except SourceError as error:
            logger.warning("%s; left out", error)
            continue
        crop = crop_from_joints(sample.joints_2d, PATCH_MARGIN, mirrored=sample.handedness == "left")
        scale = PATCH_PIXELS / crop.size
        points = apply_affine(crop_matrix(crop, PATCH_PIXELS), sample.joints_2d)
        labels = np.column_stack([points, sample.depth * scale])
        variants, matte = _variants(sample, crop, labels, backgrounds, generator)
        for variant in variants:
            images[len(joints)], mattes[len(joints)] = variant, matte
            joints.append(labels)
            spreads.append(sample.spread * scale)
            sources.append(sample.source)
            keys.append(sample.key)
    if not joints:
        raise SourceError(f"{dataset.name}: none of {len(indices)} samples could be read")
    return Patches(
        images[: len(joints)],
        np.stack(joints).astype(np.float32),
        np.stack(spreads).astype(np.float32),
        np.array(sources),
        np.array(keys),
        mattes[: len(joints)],
    )


def _variants(
    sample: HandSample,
    crop: Crop,
    labels: np.ndarray,
    backgrounds: Sequence[np.ndarray],
    generator: np.random.Generator,
) -> tuple[list[np.ndarray], np.ndarray]:
    """The sample's patch, before several backgrounds where it has a green screen, and its matte."""
    patch = warp_crop(sample.image, crop, PATCH_PIXELS)
    # Whole pixels alone: the rim is half black, and would be a frame around the hand.
    inside = warp_crop(np.full(sample.image.shape[:2], 255, np.uint8), crop, PATCH_PIXELS) == 255
    screen = green_screen_mask(patch, inside)
    if screen is None:
        if sample.mask is not None:
            matte = matte_of_share(warp_crop(sample.mask.astype(np.float32), crop, PATCH_PIXELS))
        else:
            matte = hand_matte(patch, labels, inside)
        return [_fill_outside(patch, inside, sample.image, crop, backgrounds, generator)], matte
    chosen = generator.integers(len(backgrounds), size=_GREEN_SCREEN_COPIES)
    # What stands beside a screen is no hand.
    matte = within_reach(matte_of_share(1 - screen), labels)
    return [replace_background(patch, screen, backgrounds[i]) for i in chosen], matte


def _fill_outside(
    patch: np.ndarray,
    inside: np.ndarray,
    image: np.ndarray,
    crop: Crop,
    backgrounds: Sequence[np.ndarray],
    generator: np.random.Generator,
) -> np.ndarray:
    kind = generator.integers(3)
    if kind == 0 or inside.all():
        return patch
    if kind == 1:
        matrix = crop_matrix(crop, PATCH_PIXELS)
        return cv2.warpAffine(image, matrix, (PATCH_PIXELS, PATCH_PIXELS), borderMode=cv2.BORDER_REFLECT_101)
    return np.where(inside[..., None], patch, backgrounds[int(generator.integers(len(backgrounds)))])
