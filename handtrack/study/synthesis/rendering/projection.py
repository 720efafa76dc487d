"""Matrices that the renderer draws with, and the spheres by which a hand hides light from itself."""

from __future__ import annotations

from typing import Final

import numpy as np

NEAR, FAR = 0.03, 6.0
OCCLUDER_SLOTS: Final = 40
_SHADOW_DEPTH: Final = 0.5  # metres before and behind a hand's middle that may cast shadows
_MEAN_PALM: Final = 0.092  # metres, wrist to middle knuckle of the mesh


def clip_from_camera(camera: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Clip coordinates (4, 4) of a camera (3, 3) for a picture (width, height), top row first in memory."""
    width, height = size
    matrix = np.zeros((4, 4))
    # Pixel centres lie at whole numbers: the picture spans -0.5 to width - 0.5.
    matrix[0, :3] = 2.0 * camera[0] / width
    matrix[1, :3] = 2.0 * camera[1] / height
    matrix[0, 2] += 1.0 / width - 1.0
    matrix[1, 2] += 1.0 / height - 1.0
    matrix[2, 2], matrix[2, 3] = (FAR + NEAR) / (FAR - NEAR), -2.0 * FAR * NEAR / (FAR - NEAR)
    matrix[3, 2] = 1.0
    return matrix


def shadow_from_camera(direction: np.ndarray, centre: np.ndarray, reach: float) -> np.ndarray:
    """Coordinates (4, 4) in -1..1 of a far lamp in a direction (3,), to reach metres about centre (3,)."""
    towards = direction / np.linalg.norm(direction)
    side = np.cross(towards, (0.0, 0.0, 1.0) if abs(towards[2]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    rows = np.stack([side / reach, np.cross(towards, side) / reach, -towards / _SHADOW_DEPTH])
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    matrix[:3, 3] = -rows @ centre
    return matrix


def occluders(joints: np.ndarray) -> np.ndarray:
    """Spheres (OCCLUDER_SLOTS, 4) that fill a hand with these joints (25, 3): centre and radius, metres.

    Slots that are not needed hold spheres of no size.
    """
    size = float(np.linalg.norm(joints[11] - joints[0])) / _MEAN_PALM
    chains = [joints[2:5], *(joints[start : start + 4] for start in (6, 11, 16, 21))]
    fingers = np.concatenate([point for chain in chains for point in (chain, _middles(chain)[:-1])])
    palm = np.concatenate(
        [joints[0] + share * (joints[[6, 11, 16, 21]] - joints[0]) for share in (0.4, 0.75)]
    )
    spheres = np.zeros((OCCLUDER_SLOTS, 4), np.float32)
    spheres[: len(fingers), :3], spheres[: len(fingers), 3] = fingers, 0.0085 * size
    end = len(fingers) + len(palm)
    spheres[len(fingers) : end, :3], spheres[len(fingers) : end, 3] = palm, 0.0135 * size
    return spheres


def _middles(points: np.ndarray) -> np.ndarray:
    return (points[1:] + points[:-1]) / 2
