"""Labelled hands as upright patches in memory: wide enough to be turned, scaled and shifted in training."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from handtrack.datasets.pseudo_labels import LabelledHand, hand_extent
from handtrack.errors import SourceError
from handtrack.geometry import apply_affine, crop_from_joints, crop_matrix, warp_crop
from handtrack.hand import Crop
from handtrack.model.constants import CROP_MARGIN

logger = logging.getLogger(__name__)

PATCH_MARGIN = 2.4
PATCH_PIXELS = 208


@dataclass(frozen=True, slots=True)
class Patches:
    """Patches of hands, all looking like right hands, wrist to middle MCP pointing up.

    images: (N, P, P, 3) uint8 BGR. joints: (N, 21, 3) float32 pixels of the patch (x, y, and depth
    relative to the wrist). spread: (N, 21) label noise in pixels of the patch. source: (N,) names.
    file: (N,) where each came from.
    """

    images: np.ndarray
    joints: np.ndarray
    spread: np.ndarray
    source: np.ndarray
    file: np.ndarray

    def __len__(self) -> int:
        """Number of patches."""
        return len(self.images)

    def select(self, keep: np.ndarray) -> Patches:
        """The patches at the given indices or where the mask is true."""
        return Patches(
            self.images[keep], self.joints[keep], self.spread[keep], self.source[keep], self.file[keep]
        )


def source_of(file: str) -> str:
    """Name of the collection that a file belongs to: its folder's name."""
    return Path(file).parent.name


def hand_patches(
    root: Path,
    labels: Sequence[LabelledHand],
    backgrounds: Sequence[np.ndarray],
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> Patches:
    """Cut the labelled hands out of their pictures below root.

    Pictures before a green screen get a random background instead, three times over. What lies
    outside a picture is black, mirrored picture, or a background, by chance: a black frame around the
    hand would otherwise become a sign of a hand.
    """
    generator = np.random.default_rng(seed)
    images, joints, spreads, files = [], [], [], []
    last: tuple[str, np.ndarray | None] = ("", None)
    for done, label in enumerate(labels):
        if label.file != last[0]:
            last = (label.file, cv2.imread(str(root / label.file)))
        image = last[1]
        if image is None:
            continue
        crop = crop_from_joints(label.joints_2d, PATCH_MARGIN, mirrored=label.handedness == "left")
        scale = PATCH_PIXELS / crop.size
        points = apply_affine(crop_matrix(crop, PATCH_PIXELS), label.joints_2d)
        patch = warp_crop(image, crop, PATCH_PIXELS)
        inside = warp_crop(np.full(image.shape[:2], 255, np.uint8), crop, PATCH_PIXELS) > 127
        screen = green_screen_mask(patch, inside)
        if screen is None:
            variants = [_fill_outside(patch, inside, image, crop, backgrounds, generator)]
        else:
            chosen = generator.integers(len(backgrounds), size=3)
            cover = np.where(inside, screen, 1.0)
            variants = [replace_background(patch, cover, backgrounds[i]) for i in chosen]
        for variant in variants:
            images.append(variant)
            joints.append(np.column_stack([points, label.depth * scale]))
            spreads.append(label.spread * scale)
            files.append(label.file)
        if progress:
            progress(done + 1)
    return Patches(
        np.stack(images),
        np.stack(joints).astype(np.float32),
        np.stack(spreads).astype(np.float32),
        np.array([source_of(file) for file in files]),
        np.array(files),
    )


def _fill_outside(
    patch: np.ndarray,
    inside: np.ndarray,
    image: np.ndarray,
    crop: Crop,
    backgrounds: Sequence[np.ndarray],
    generator: np.random.Generator,
) -> np.ndarray:
    kind = generator.integers(3)
    if kind == 0:
        return patch
    if kind == 1:
        matrix = crop_matrix(crop, PATCH_PIXELS)
        return cv2.warpAffine(image, matrix, (PATCH_PIXELS, PATCH_PIXELS), borderMode=cv2.BORDER_REFLECT_101)
    return np.where(inside[..., None], patch, backgrounds[int(generator.integers(len(backgrounds)))])


def green_screen_mask(patch: np.ndarray, inside: np.ndarray) -> np.ndarray | None:
    """Share of green screen (H, W) in 0..1 at each pixel, or None if the picture has no green screen.

    inside: (H, W), true where the patch shows the picture.
    """
    blue, green, red = (patch[..., i].astype(np.float32) for i in range(3))
    excess = green - np.maximum(blue, red)
    if (excess > 40)[inside].mean() < 0.3:
        return None
    return cv2.GaussianBlur(np.clip((excess - 8) / 24, 0, 1), (3, 3), 0)


def replace_background(patch: np.ndarray, mask: np.ndarray, background: np.ndarray) -> np.ndarray:
    """The patch with the masked part replaced; green light on the hand's rim is taken back."""
    calm = patch.copy()
    calm[..., 1] = np.minimum(calm[..., 1], np.maximum(calm[..., 0], calm[..., 2]))
    share = mask[..., None]
    return (calm * (1 - share) + background * share).astype(np.uint8)


def panorama_backgrounds(paths: Sequence[Path], count: int, seed: int) -> list[np.ndarray]:
    """Patches (P, P, 3) uint8 cut at random from HDR panoramas, at random exposure."""
    generator = np.random.default_rng(seed)
    panoramas = [_read_panorama(path) for path in paths]
    patches = []
    for _ in range(count):
        panorama = panoramas[generator.integers(len(panoramas))]
        side = int(generator.uniform(60, 360))
        x = generator.integers(panorama.shape[1] - side)
        y = generator.integers(panorama.shape[0] - side)
        window = panorama[y : y + side, x : x + side]
        exposure = generator.uniform(0.3, 0.9) / max(float(np.percentile(window, 80)), 1e-4)
        toned = np.clip(window * exposure, 0, 1) ** (1 / 2.2) * 255
        patches.append(
            cv2.resize(toned.astype(np.uint8), (PATCH_PIXELS, PATCH_PIXELS), interpolation=cv2.INTER_LINEAR)
        )
    return patches


def _read_panorama(path: Path) -> np.ndarray:
    panorama = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if panorama is None:
        raise SourceError(f"{path} is not a readable panorama; copy it again")
    return panorama


def empty_windows(
    root: Path,
    hands_by_file: dict[str, list[np.ndarray]],
    count: int,
    seed: int,
) -> np.ndarray:
    """Windows (N, P, P, 3) of pictures that hold no hand, faces and clutter among them.

    hands_by_file: for pictures whose hands are all known, the points (K, 2) of each in pixels.
    """
    generator = np.random.default_rng(seed)
    files = sorted(hands_by_file)
    windows: list[np.ndarray] = []
    for _ in range(count * 20):
        if len(windows) >= count or not files:
            break
        file = files[generator.integers(len(files))]
        image = cv2.imread(str(root / file))
        if image is None:
            continue
        height, width = image.shape[:2]
        size = float(generator.uniform(0.25, 0.8) * min(height, width))
        centre = (float(generator.uniform(0, width)), float(generator.uniform(0, height)))
        if all(_apart(centre, size, points) for points in hands_by_file[file]):
            turned = Crop(centre, size * PATCH_MARGIN / CROP_MARGIN, float(generator.normal(0, 0.5)))
            windows.append(warp_crop(image, turned, PATCH_PIXELS))
    return np.stack(windows) if windows else np.zeros((0, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)


def _apart(centre: tuple[float, float], size: float, points: np.ndarray) -> bool:
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    distance = float(np.linalg.norm(middle - np.asarray(centre)))
    return distance > 0.75 * size + 0.6 * hand_extent(points)
