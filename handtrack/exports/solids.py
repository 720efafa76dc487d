"""The two solids that stick hands are made of, as triangles."""

from __future__ import annotations

import numpy as np


def ball(radius: float, around: int = 12, rings: int = 7) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points (V, 3) and normals (V, 3) float32, and triangles (F, 3) uint16, of a ball at the origin."""
    down = np.linspace(0, np.pi, rings)
    turn = np.linspace(0, 2 * np.pi, around + 1)
    normals = np.stack(
        [
            np.outer(np.sin(down), np.sin(turn)),
            np.outer(np.cos(down), np.ones(around + 1)),
            np.outer(np.sin(down), np.cos(turn)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    triangles = _mesh(rings, around)
    sides = np.diff(normals[triangles], axis=1)
    # At the poles every other triangle is but a line.
    triangles = triangles[np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1) > 1e-9]
    return (radius * normals).astype(np.float32), normals.astype(np.float32), triangles


def rod(radius: float, around: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of an open rod along y, from 0 to 1."""
    turn = np.linspace(0, 2 * np.pi, around + 1)
    rim = np.stack([np.sin(turn), np.zeros(around + 1), np.cos(turn)], axis=1)
    points = np.concatenate([radius * rim + (0, 1, 0), radius * rim])
    return points.astype(np.float32), np.concatenate([rim, rim]).astype(np.float32), _mesh(2, around)


def _mesh(rings: int, around: int) -> np.ndarray:
    """Triangles between rings of points, one below the other; from outside they run against the clock."""
    start = (np.arange(rings - 1)[:, None] * (around + 1) + np.arange(around)).reshape(-1)
    below = start + around + 1
    return np.concatenate(
        [np.stack([start, below, start + 1], axis=1), np.stack([start + 1, below, below + 1], axis=1)]
    ).astype(np.uint16)
