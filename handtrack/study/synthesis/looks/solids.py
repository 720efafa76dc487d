"""Simple solids with materials: what clothes, jewellery and held things are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

Pattern = Literal["plain", "stripes", "checks", "knit", "blotches", "print"]
PATTERNS: Final[tuple[Pattern, ...]] = ("plain", "stripes", "checks", "knit", "blotches", "print")
"""In the order of the numbers in `shaders/thing.frag`."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """How a thing looks. colour, second_colour: (3,) linear RGB reflectance; the second one is the pattern's.

    pattern_size: metres a period. roughness: 0.1 (polished) to 1 (cloth). reflectance: of light that falls on
    head-on. metal: 1 where the colour is that of the gloss. glow: own light in units of the colour.
    """

    colour: np.ndarray
    second_colour: np.ndarray
    pattern: Pattern = "plain"
    pattern_size: float = 0.02
    roughness: float = 0.8
    reflectance: float = 0.03
    metal: float = 0.0
    glow: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """A solid or a piece of cloth. vertices, normals: (V, 3) metres. uv: (V, 2) metres. faces: (F, 3)."""

    vertices: np.ndarray
    normals: np.ndarray
    uv: np.ndarray
    faces: np.ndarray
    material: Material

    def placed(self, rotation: np.ndarray, translation: np.ndarray) -> Thing:
        """The thing turned by rotation (3, 3) and moved by translation (3,)."""
        return Thing(
            self.vertices @ rotation.T + translation,
            self.normals @ rotation.T,
            self.uv,
            self.faces,
            self.material,
        )


def dye(rng: np.random.Generator) -> np.ndarray:
    """A colour of cloth: often near black, white or grey, else more or less saturated."""
    grey = np.exp(rng.uniform(np.log(0.012), np.log(0.8)))
    if rng.random() < 0.4:
        return grey * np.exp(rng.normal(0, 0.06, 3))
    return np.clip(grey * np.exp(rng.normal(0, 0.75, 3)), 0.005, 0.9)


def grid(points: np.ndarray, uv: np.ndarray, material: Material, closed: bool = False) -> Thing:
    """A surface through points (R, C, 3) in rows and columns with smooth normals; uv: (R, C, 2).

    closed: the last column joins the first, as around a tube.
    """
    rows, columns = points.shape[:2]
    if closed:
        around = np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)
    else:
        around = np.gradient(points, axis=1)
    along = np.gradient(points, axis=0)
    normals = np.cross(around, along)
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
    if closed:  # a column of its own for the seam, where uv jumps
        points, normals = (np.concatenate([a, a[:, :1]], axis=1) for a in (points, normals))
        step = uv[:, -1:] - uv[:, -2:-1]
        uv = np.concatenate([uv, uv[:, -1:] + step], axis=1)
        columns += 1
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    faces = np.concatenate(
        [
            np.column_stack([corner, corner + 1, corner + columns]),
            np.column_stack([corner + 1, corner + columns + 1, corner + columns]),
        ]
    )
    return Thing(points.reshape(-1, 3), normals.reshape(-1, 3), uv.reshape(-1, 2), faces, material)


def box(size: np.ndarray, material: Material) -> Thing:
    """A box of size (3,) metres about the origin."""
    vertices: list[np.ndarray] = []
    normals, uv, faces = [], [], []
    for axis in range(3):
        others = [k for k in range(3) if k != axis]
        for side in (-1.0, 1.0):
            corners = np.zeros((4, 3))
            corners[:, axis] = side
            corners[:, others[0]] = (-1, 1, 1, -1)
            corners[:, others[1]] = (-1, -1, 1, 1)
            corners *= np.asarray(size) / 2
            normal = np.zeros(3)
            normal[axis] = side
            faces.append(np.array([[0, 1, 2], [0, 2, 3]]) + 4 * len(vertices))
            vertices.append(corners)
            normals.append(np.tile(normal, (4, 1)))
            uv.append(corners[:, others])
    points, outward, place, corners = (np.concatenate(parts) for parts in (vertices, normals, uv, faces))
    return Thing(points, outward, place, corners, material)


def turned(profile: np.ndarray, material: Material, columns: int = 20) -> Thing:
    """A solid of revolution about y from a profile (R, 2) of radius and y, metres."""
    angle = np.arange(columns) / columns * 2 * np.pi
    radius, height = profile[:, :1], profile[:, 1:]
    points = np.stack(
        [radius * np.cos(angle), np.broadcast_to(height, (len(profile), columns)), radius * np.sin(angle)],
        axis=-1,
    )
    widest = float(profile[:, 0].max())
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    uv = np.stack(np.broadcast_arrays(angle[None] * widest, way[:, None]), axis=-1)
    return grid(points, uv, material, closed=True)


def cylinder(radius: float, length: float, material: Material) -> Thing:
    """A closed cylinder about y with slightly rounded rims."""
    half, rim = length / 2, min(radius, length / 2) * 0.12
    profile = [
        (1e-5, -half), (radius - rim, -half), (radius, -half + rim), (radius, half - rim),
        (radius - rim, half), (1e-5, half),
    ]  # fmt: skip
    return turned(np.array(profile), material)


def ellipsoid(radii: np.ndarray, material: Material) -> Thing:
    """An ellipsoid of radii (3,) metres about the origin."""
    angle = np.linspace(1e-3, np.pi - 1e-3, 14)
    ball = turned(np.column_stack([np.sin(angle), -np.cos(angle)]), material)
    radii = np.asarray(radii)
    normals = ball.vertices / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Thing(ball.vertices * radii, normals, ball.uv * float(radii.mean()), ball.faces, material)


def torus(radius: float, tube: float, material: Material) -> Thing:
    """A ring about y: radius of its middle line, and of its tube, metres."""
    angle = np.linspace(0, 2 * np.pi, 9)
    return turned(
        np.column_stack([radius + tube * np.cos(angle), tube * np.sin(angle)]), material, columns=24
    )
