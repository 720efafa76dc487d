"""Where the pictures of the documentation lie, and how the scripts beside this file put one there."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

FOLDER = Path(__file__).parent / "pictures"


def save(name: str, picture: np.ndarray) -> None:
    """Write a picture (H, W, 3) uint8 BGR, and say how large it is."""
    path = FOLDER / f"{name}.png"
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    say_size(path)


def say_size(path: Path) -> None:
    """Say how large a picture is that was written."""
    sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")
