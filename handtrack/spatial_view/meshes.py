"""Solids and lines as arrays, before any library draws or writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

Colour = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles between points.

    points, normals, colours: (V, 3) float64; metres, and colours from 0 to 1. triangles: (F, 3), which run
    against the clock as seen from outside.
    """

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    colours: np.ndarray


@dataclass(frozen=True, slots=True)
class Lines:
    """ends: (L, 2, 3) float64, metres. colours: (L, 3) from 0 to 1."""

    ends: np.ndarray
    colours: np.ndarray


def painted(points: np.ndarray, normals: np.ndarray, triangles: np.ndarray, colours: np.ndarray) -> Mesh:
    """One mesh of K copies of a solid: points, normals (K, V, 3), triangles (F, 3), colours (K, 3)."""
    copies, each = points.shape[:2]
    starts = each * np.arange(copies)[:, None, None]
    return Mesh(
        points.reshape(-1, 3),
        normals.reshape(-1, 3),
        (starts + triangles.astype(np.int64)).reshape(-1, 3),
        np.repeat(colours, each, axis=0).astype(np.float64),
    )


def no_mesh() -> Mesh:
    """Nothing."""
    none = np.zeros((0, 3))
    return Mesh(none, none, none.astype(np.int64), none)


def joined_meshes(meshes: Sequence[Mesh]) -> Mesh:
    """All of them as one."""
    meshes = meshes or [no_mesh()]
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.triangles + start for mesh, start in zip(meshes, starts, strict=True)]),
        np.concatenate([mesh.colours for mesh in meshes]),
    )


def shadow(mesh: Mesh, floor: float, colour: Colour) -> Mesh:
    """The mesh dropped straight down to a floor at that y, in one colour."""
    points = mesh.points.copy()
    points[:, 1] = floor
    return replace(
        mesh,
        points=points,
        normals=np.broadcast_to((0.0, -1.0, 0.0), points.shape),
        colours=np.broadcast_to(colour, points.shape),
    )


def joined_lines(parts: Sequence[Lines]) -> Lines:
    """All of them as one."""
    if not parts:
        return Lines(np.zeros((0, 2, 3)), np.zeros((0, 3)))
    return Lines(np.concatenate([part.ends for part in parts]), np.concatenate([p.colours for p in parts]))


def lines(ends: np.ndarray, colour: Colour) -> Lines:
    """Lines (L, 2, 3) of one colour."""
    ends = np.asarray(ends, np.float64).reshape(-1, 2, 3)
    return Lines(ends, np.broadcast_to(np.asarray(colour, np.float64), (len(ends), 3)))
