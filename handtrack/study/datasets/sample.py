"""The one sample type of all data sets: a picture with one hand whose joints are known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from handtrack.geometry import depth_on_rays
from handtrack.hand import Handedness

RENDERED = "rendered"
"""The source's name in samples that the renderer made."""


@dataclass(frozen=True, slots=True)
class HandSample:
    """One hand in one picture, in the joint order, units and axes of `handtrack.hand`.

    image: (H, W, 3) uint8 BGR. joints_2d: (21, 2) float32, pixels.
    depth: (21,) float32, wrist-relative depth in pixels (weak-perspective scale, away is positive).
    spread: (21,) float32, label noise in pixels, zero for exact labels; infinite where a joint is unknown.
    source: the collection's name. key: the file or index within it.
    joints_3d: (21, 3) float32, metres in camera space (not wrist-relative), or None.
    camera: (3, 3) float64 matrix of the pinhole camera in pixels, or None.
    visible: (21,) bool, or None where it is not known. mask: (H, W) bool, pixels of the hand, or None.
    skin_tone: place on the Monk scale, 1 (lightest) to 10, or None where it is not known.
    """

    image: np.ndarray
    joints_2d: np.ndarray
    depth: np.ndarray
    spread: np.ndarray
    handedness: Handedness
    source: str
    key: str
    joints_3d: np.ndarray | None = None
    camera: np.ndarray | None = None
    visible: np.ndarray | None = None
    mask: np.ndarray | None = None
    skin_tone: float | None = None


class HandDataset(Protocol):
    """A data set on disk: pictures are read when a sample is asked for."""

    name: str

    def __len__(self) -> int:
        """Number of samples."""
        ...

    def __getitem__(self, index: int) -> HandSample:
        """Sample number index. Raises SourceError naming a file that cannot be read."""
        ...


def focal_length(camera: np.ndarray) -> float:
    """Focal length in pixels of a camera matrix (3, 3), turned, mirrored or skewed as it may be."""
    return math.sqrt(abs(float(np.linalg.det(camera[:2, :2]))))


def depth_in_pixels(joints_3d: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Wrist-relative depth (21,) float32 in pixels from joints (21, 3) in camera space.

    The unit is one pixel's width at the wrist's distance, as `geometry.lift_to_metres` expects.
    """
    return (depth_on_rays(joints_3d) * focal_length(camera)).astype(np.float32)


def project(joints_3d: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Pixels (N, 2) float32 of points (N, 3) in camera space."""
    homogeneous = joints_3d @ camera.T
    return (homogeneous[:, :2] / homogeneous[:, 2:]).astype(np.float32)
