"""Panoramas in high dynamic range from a folder, and how a camera may stand in them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.study.synthesis.looks.lighting import LUMINANCE, Surroundings, surroundings


def load_panoramas(folder: Path) -> list[tuple[np.ndarray, Surroundings]]:
    """All `.hdr` files of a folder with their light. Raises SourceError naming what is missing or bad."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".hdr")
    except OSError as error:
        raise SourceError(f"the panorama folder {folder} cannot be read: {error.strerror or error}") from None
    if not paths:
        raise SourceError(f"the panorama folder {folder} holds no .hdr file")
    panoramas = [read_panorama(path) for path in paths]
    return [(panorama, surroundings(panorama)) for panorama in panoramas]


def read_panorama(path: Path) -> np.ndarray:
    """An equirectangular `.hdr` file (H, W, 3) float32, linear RGB of mean luminance 0.3.

    Raises SourceError where it is not to be read or no panorama.
    """
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3 or image.dtype != np.float32:
        raise SourceError(
            f"{path} is not a readable HDR panorama: fetch it again or take it out of the folder"
        )
    if image.shape[1] != 2 * image.shape[0]:
        raise SourceError(
            f"{path} is no panorama: it should be twice as wide as high, and is {image.shape[1::-1]}"
        )
    panorama = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    clipped = np.minimum(panorama @ LUMINANCE, 20.0 * float(np.median(panorama @ LUMINANCE)) + 1e-6)
    return panorama * np.float32(0.3 / max(float(clipped.mean()), 1e-6))


def random_turn(rng: np.random.Generator) -> np.ndarray:
    """Rotation (3, 3) from camera axes to a panorama's: any way round, and nearly level."""
    yaw, pitch, roll = rng.uniform(0.0, 2 * np.pi), rng.normal(0.0, 0.2), rng.normal(0.0, 0.08)
    turns = (np.array([0.0, yaw, 0.0]), np.array([pitch, 0.0, 0.0]), np.array([0.0, 0.0, roll]))
    y, x, z = (cv2.Rodrigues(turn)[0] for turn in turns)
    return y @ x @ z
