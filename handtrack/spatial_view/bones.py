"""Stick hands: a ball for each joint and a rod for each bone, in the colour of the hand's side."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.exports.solids import ball, rod
from handtrack.skeleton import BONES, HAND_COLOURS_RGB
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Mesh, joined_meshes, painted

JOINT_RADIUS: Final = 0.0058
BONE_RADIUS: Final = 0.0038
_ROD_SHADE: Final = 0.82
"""Rods are a little darker than balls, so that joints are told from bones."""

_STARTS, _ENDS = np.array(BONES).T


def side_colours(hands: SpatialHands) -> np.ndarray:
    """Colour (N, 3) of each hand, 0 to 1."""
    colours = [HAND_COLOURS_RGB["left" if side == "left" else "right"] for side in hands.handedness]
    return np.array(colours, np.float64).reshape(-1, 3) / 255


def stick_hands(hands: SpatialHands) -> Mesh:
    """All hands as one mesh."""
    points, normals, triangles = ball(JOINT_RADIUS, around=20, rings=13)
    centres = hands.joints.reshape(-1, 3)
    balls = painted(
        centres[:, None] + points,
        np.broadcast_to(normals, (len(centres), *normals.shape)),
        triangles,
        np.repeat(side_colours(hands), hands.joints.shape[1], axis=0),
    )
    return joined_meshes([balls, bone_rods(hands)])


def bone_rods(hands: SpatialHands, radius: float = BONE_RADIUS) -> Mesh:
    """The bones alone."""
    starts = hands.joints[:, _STARTS].reshape(-1, 3)
    rods = _rods(starts, hands.joints[:, _ENDS].reshape(-1, 3), radius)
    return painted(*rods, _ROD_SHADE * np.repeat(side_colours(hands), len(BONES), axis=0))


def _rods(starts: np.ndarray, ends: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points and normals (K, V, 3) of rods between points (K, 3), and the triangles of each."""
    points, normals, triangles = rod(radius, around=18)
    along, frames = ends - starts, frames_along(ends - starts)
    round_ = points * (1, 0, 1)
    placed = starts[:, None] + np.einsum("vi,kij->kvj", round_, frames) + points[:, 1, None] * along[:, None]
    return placed, np.einsum("vi,kij->kvj", normals, frames), triangles


def frames_along(directions: np.ndarray) -> np.ndarray:
    """Right-handed axes (K, 3, 3), as rows, whose second points along directions (K, 3)."""
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    y = np.where(lengths > 1e-9, directions / np.maximum(lengths, 1e-9), (0.0, 1.0, 0.0))
    # Any other direction will do that is far from the first.
    other = np.eye(3)[np.abs(y).argmin(axis=1)]
    x = np.cross(y, other)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.stack([x, y, np.cross(x, y)], axis=1)
