"""Pictures of views that a person has looked at and approved, and whether a view still looks like its own.

HANDTRACK_APPROVE=1 writes them anew; look at each one that changed before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

FOLDER = Path(__file__).with_name("approved")
MOST_MEAN = 1.5
MOST_AT_ITS_WORST = 24.0
"""How far a picture in a quarter of its size may be off, of 255: on average, and in the 200th part of its
pixels that is off most. Words that are drawn without hinting are off by 0.5 and 6 at most; a label that is
moved by 16 pixels by 0.8 and 46 at least, a finger without its colour by 1.1 and 55."""
_STORED, _COMPARED = 2, 4
"""By how much pictures are reduced to be kept, so that a person can still read them, and to be compared."""


def differences(picture: np.ndarray, approved: np.ndarray) -> tuple[float, float]:
    """By how much a picture (H, W, 3) is off from an approved one, reduced: on average, and at its worst."""
    size = approved.shape[1] * _STORED // _COMPARED, approved.shape[0] * _STORED // _COMPARED
    small = [cv2.resize(one, size, interpolation=cv2.INTER_AREA).astype(float) for one in (picture, approved)]
    off = np.abs(small[0] - small[1]).max(axis=-1)
    return float(off.mean()), float(np.percentile(off, 99.5))


def faults(picture: np.ndarray, name: str) -> str:
    """How a picture (H, W, 3) RGB differs from the approved one of that name, or ""."""
    path = FOLDER / f"{name}.png"
    stored = cv2.imread(str(path))
    if stored is None:
        return f"{path.name} is not approved yet"
    approved = np.asarray(cv2.cvtColor(stored, cv2.COLOR_BGR2RGB))
    height, width = (side // _STORED for side in picture.shape[:2])
    if approved.shape[:2] != (height, width):
        return f"{name} is {width} x {height}, and {approved.shape[1]} x {approved.shape[0]} was approved"
    mean, worst = differences(picture, approved)
    if mean <= MOST_MEAN and worst <= MOST_AT_ITS_WORST:
        return ""
    return f"{name} is off by {mean:.2f} on average and {worst:.0f} at its worst"


def check(picture: np.ndarray, name: str, seen: Path) -> None:
    """Hold that a picture (H, W, 3) RGB looks like the approved one; seen: a folder for what does not."""
    if os.environ.get("HANDTRACK_APPROVE"):
        height, width = (side // _STORED for side in picture.shape[:2])
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(FOLDER / f"{name}.png"), small[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    wrong = faults(picture, name)
    if wrong:
        path = seen / f"{name}.png"
        cv2.imwrite(str(path), np.ascontiguousarray(picture[..., ::-1]))
        raise AssertionError(f"{wrong}; it is now as in {path}. HANDTRACK_APPROVE=1 approves it")
