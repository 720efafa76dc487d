# SPDX-License-Identifier: GPL-3.0-or-later
"""Triangles of a hand: a ball for each joint, a rod for each bone, with the light baked in; no Qt in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.skeleton import BONES, JOINT_COUNT

JOINT_RADIUS = 0.0038
BONE_RADIUS = 0.0026
"""Metres: thin enough that fingers side by side stay apart."""

_SIDES = 8
_PARENTS = np.array([parent for parent, _ in BONES])
_CHILDREN = np.array([child for _, child in BONES])


@dataclass(frozen=True, slots=True)
class Mesh:
    """vertices (V, 3) float32 metres, colours (V, 4) float32 RGBA 0..1, faces (F, 3) uint32."""

    vertices: np.ndarray
    colours: np.ndarray
    faces: np.ndarray


def _unit_ball(rings: int, sides: int) -> tuple[np.ndarray, np.ndarray]:
    polar = np.linspace(0, np.pi, rings + 1)
    around = np.arange(sides) * 2 * np.pi / sides
    p, a = np.meshgrid(polar, around, indexing="ij")
    points = np.stack([np.sin(p) * np.cos(a), np.sin(p) * np.sin(a), np.cos(p)], axis=-1)
    return points.reshape(-1, 3).astype(np.float32), _grid_faces(rings + 1, sides)


def _grid_faces(rows: int, sides: int) -> np.ndarray:
    """Triangles of a closed tube of rows x sides vertices."""
    row, side = np.meshgrid(np.arange(rows - 1), np.arange(sides), indexing="ij")
    a, b = row * sides + side, row * sides + (side + 1) % sides
    quads = np.stack([a, b, a + sides, b, b + sides, a + sides], axis=-1)
    return quads.reshape(-1, 3).astype(np.uint32)


_BALL, _BALL_FACES = _unit_ball(5, _SIDES)
_TUBE_FACES = _grid_faces(2, _SIDES)
_ANGLES = np.arange(_SIDES) * 2 * np.pi / _SIDES
_DISC_SIDES = 24
_DISC_ANGLES = np.arange(_DISC_SIDES) * 2 * np.pi / _DISC_SIDES


def hand_mesh(joints: np.ndarray, colours: np.ndarray, light: np.ndarray) -> Mesh:
    """Balls and rods of one hand.

    joints: (21, 3) metres. colours: (21, 3) RGB 0..1, a bone takes its outer joint's.
    light: (3,) unit vector from the scene towards the light.
    """
    balls = joints[:, None] + _BALL * JOINT_RADIUS
    ball_normals = np.broadcast_to(_BALL, balls.shape)
    rods, rod_normals = _rods(joints[_PARENTS], joints[_CHILDREN])
    vertices = np.concatenate([balls.reshape(-1, 3), rods.reshape(-1, 3)])
    normals = np.concatenate([ball_normals.reshape(-1, 3), rod_normals.reshape(-1, 3)])
    base = np.concatenate(
        [np.repeat(colours, len(_BALL), axis=0), np.repeat(colours[_CHILDREN], 2 * _SIDES, axis=0)]
    )
    return Mesh(vertices.astype(np.float32), _lit(base, normals, light), HAND_FACES)


def _rods(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and normals (B, 2, sides, 3) of rods between starts and ends (B, 3)."""
    along = ends - starts
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    # Any direction across the rod will do; the axis least along it keeps the product well conditioned.
    helper = np.eye(3)[np.abs(along).argmin(axis=1)]
    across = np.cross(along, helper)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    other = np.cross(along, across)
    ring = np.cos(_ANGLES)[:, None] * across[:, None] + np.sin(_ANGLES)[:, None] * other[:, None]
    vertices = np.stack([starts, ends], axis=1)[:, :, None] + ring[:, None] * BONE_RADIUS
    return vertices, np.broadcast_to(ring[:, None], vertices.shape)


def _lit(base: np.ndarray, normals: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Colours (V, 4) of base (V, 3) under a soft light: half ambient, and a small highlight."""
    facing = normals @ light
    diffuse = 0.5 + 0.5 * np.clip(facing, 0, 1)
    highlight = 0.35 * np.clip(facing, 0, 1) ** 16
    colours = np.ones((len(base), 4), dtype=np.float32)
    colours[:, :3] = np.clip(base * diffuse[:, None] + highlight[:, None], 0, 1)
    return colours


def uncertainty_discs(
    joints: np.ndarray, sigma: np.ndarray, colours: np.ndarray, opacity: float, camera_axes: np.ndarray
) -> Mesh:
    """Translucent ellipsoids of sigma (21, 3) metres along the axes, as the discs that a camera sees.

    colours: (21, 3) RGB 0..1. camera_axes: rows right, up, forward; the farthest disc comes first.
    """
    order = np.argsort(-(joints @ camera_axes[2]), kind="stable")
    vertices = joints[order, None] + ellipsoid_rims(sigma[order], camera_axes)
    rgba = np.concatenate([colours[order], np.full((len(joints), 1), opacity)], axis=1)
    return Mesh(
        vertices.reshape(-1, 3).astype(np.float32),
        np.repeat(rgba, _DISC_SIDES, axis=0).astype(np.float32),
        DISC_FACES,
    )


def ellipsoid_rims(sigma: np.ndarray, camera_axes: np.ndarray) -> np.ndarray:
    """Outlines (N, sides, 3), about their middles, of ellipsoids (N, 3) as a far camera sees them.

    camera_axes: rows right, up, forward.
    """
    right, up, _ = camera_axes
    # What the camera sees of a Gaussian is its covariance in the plane of right and up.
    across, along = sigma * right, sigma * up
    width = np.maximum(np.linalg.norm(across, axis=1), 1e-9)
    lean = np.einsum("ij,ij->i", across, along) / width
    height = np.sqrt(np.maximum(np.square(along).sum(axis=1) - np.square(lean), 0.0))
    x = width[:, None] * np.cos(_DISC_ANGLES)
    y = lean[:, None] * np.cos(_DISC_ANGLES) + height[:, None] * np.sin(_DISC_ANGLES)
    return x[..., None] * right + y[..., None] * up


def shadow_mesh(dropped: np.ndarray, colour: Sequence[float]) -> Mesh:
    """Flat strips for the bones of joints (21, 3) that lie in one horizontal plane, in one RGBA colour."""
    starts, ends = dropped[_PARENTS], dropped[_CHILDREN]
    along = ends - starts
    across = np.stack([-along[:, 1], along[:, 0], np.zeros(len(along))], axis=1)
    across *= BONE_RADIUS / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    # A hair above the plane, so that what is drawn on it does not flicker through.
    corners = np.stack([starts - across, starts + across, ends - across, ends + across], axis=1)
    vertices = (corners + np.array([0, 0, 0.0005])).reshape(-1, 3).astype(np.float32)
    return Mesh(vertices, np.tile(np.asarray(colour, dtype=np.float32), (len(vertices), 1)), STRIP_FACES)


def joined(meshes: list[Mesh]) -> Mesh:
    """One mesh of several."""
    offsets = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.colours for mesh in meshes]),
        np.concatenate(
            [mesh.faces + np.uint32(offset) for mesh, offset in zip(meshes, offsets, strict=True)]
        ),
    )


def _repeated(faces: np.ndarray, stride: int, count: int, first: int = 0) -> np.ndarray:
    offsets = first + stride * np.arange(count, dtype=np.uint32)
    return (faces[None] + offsets[:, None, None]).reshape(-1, 3).astype(np.uint32)


BALL_FACES = _repeated(_BALL_FACES, len(_BALL), JOINT_COUNT)
DISC_FACES = _repeated(
    np.array([[0, side, side + 1] for side in range(1, _DISC_SIDES - 1)]), _DISC_SIDES, JOINT_COUNT
)
STRIP_FACES = _repeated(np.array([[0, 1, 2], [1, 3, 2]]), 4, len(BONES))
HAND_FACES = np.concatenate(
    [BALL_FACES, _repeated(_TUBE_FACES, 2 * _SIDES, len(BONES), first=JOINT_COUNT * len(_BALL))]
)
