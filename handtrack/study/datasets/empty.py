"""Patches without a hand: windows of panoramas, and windows of pictures beside their hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from handtrack.cropping import warp_crop
from handtrack.detectors.palm import PalmFinder
from handtrack.errors import SourceError
from handtrack.hand import Crop
from handtrack.model.constants import CROP_MARGIN
from handtrack.study.datasets.patches import PATCH_MARGIN, PATCH_PIXELS

_MOST_TEMPTING, _LEAST_TEMPTING, _SURE = 6, 0.03, 0.5


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
    hands_by_file: Mapping[str, Sequence[np.ndarray]],
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
        if all(lies_apart(centre, size, points) for points in hands_by_file[file]):
            turned = Crop(centre, size * PATCH_MARGIN / CROP_MARGIN, float(generator.normal(0, 0.5)))
            windows.append(warp_crop(image, turned, PATCH_PIXELS))
    return _stacked(windows)


def tempting_windows(
    root: Path, hands_by_file: Mapping[str, Sequence[np.ndarray]], finder: PalmFinder
) -> np.ndarray:
    """Windows (N, P, P, 3) of what looks like a hand to a detector, and is none: faces, elbows, cloth.

    hands_by_file: as for `empty_windows`; points beside a window's middle, so that hands are not in it.
    """
    windows = []
    for file, hands in sorted(hands_by_file.items()):
        image = cv2.imread(str(root / file))
        if image is None:
            continue
        for palm in finder.find(image, _MOST_TEMPTING, _LEAST_TEMPTING):
            crop = palm.crop
            size = crop.size / CROP_MARGIN
            # A surer one may be a hand that nobody boxed.
            if (palm.score < _SURE or not hands) and all(
                lies_apart(crop.centre, size, points) for points in hands
            ):
                wide = Crop(crop.centre, size * PATCH_MARGIN, crop.angle)
                windows.append(warp_crop(image, wide, PATCH_PIXELS))
    return _stacked(windows)


def _stacked(windows: list[np.ndarray]) -> np.ndarray:
    return np.stack(windows) if windows else np.zeros((0, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)


def lies_apart(centre: tuple[float, float], size: float, points: np.ndarray) -> bool:
    """Whether a window about a hand-sized place of this size holds none of a hand's points (K, 2)."""
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    distance = float(np.linalg.norm(middle - np.asarray(centre)))
    return distance > 0.75 * size + 0.6 * float(np.ptp(points, axis=0).max())
