"""Where on the hand a vertex lies: smooth coordinates of the hand at rest, for skin, creases and nails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.hand import read_only
from handtrack.skeleton import FINGER_NAMES

PARTS: Final[tuple[str, ...]] = (*FINGER_NAMES, "palm", "forearm")
PALM: Final = 5
FOREARM_PART: Final = 6
FINGER_BONE_CHAINS: Final[tuple[tuple[int, ...], ...]] = (
    (1, 2, 3, 4),
    (6, 7, 8, 9),
    (11, 12, 13, 14),
    (16, 17, 18, 19),
    (21, 22, 23, 24),
)
"""Joints of the mesh along each finger from CMC (thumb) or MCP to the tip, as in `handtrack.skeleton`."""

# Nail plate: from base to free edge as a share of the last phalanx, and its half width as an angle.
_NAIL_BASE, _NAIL_END = 0.50, 0.93
_NAIL_HALF_WIDTH = 0.70  # sine of the angle from the middle of the back of the finger


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Coordinates of each vertex, read-only; they depend on neither pose nor person.

    part: (V,) int8, index in PARTS.
    along: (V,) float32 on fingers, 0..3: whole numbers at the finger's joints (thumb: CMC, MCP, IP, end;
    others: MCP, PIP, DIP, end); on palm and forearm metres from the wrist joint, positive to the fingers.
    palmar: (V,) float32 in -1..1, 1 where the skin faces as the palm does, -1 on the back of the hand.
    radial: (V,) float32 in -1..1, 1 where the skin faces the thumb's side (on the thumb: its outer side).
    nail: (V, 2) float32, across -1..1 and from base 0 to free edge 1; the plate is the part within these
    bounds; 4 where there is no nail near.
    """

    part: np.ndarray
    along: np.ndarray
    palmar: np.ndarray
    radial: np.ndarray
    nail: np.ndarray


def surface_coordinates(
    rest: np.ndarray, normals: np.ndarray, weights: np.ndarray, joints: np.ndarray, frames: np.ndarray
) -> Surface:
    """Surface coordinates of vertices (V, 3) with outward normals (V, 3) and bone weights (V, 26)."""
    finger_weight = np.column_stack(
        [weights[:, list(chain[1:] if chain[0] == 1 else chain)].sum(axis=1) for chain in FINGER_BONE_CHAINS]
    )
    part = np.where(finger_weight.max(axis=1) > 0.5, finger_weight.argmax(axis=1), PALM)
    part = np.where(weights[:, -1] > 0.5, FOREARM_PART, part)

    along = -rest[:, 1]
    nail = np.full((len(rest), 2), 4.0)
    axes = np.einsum("vb,bij->vij", weights, frames)
    axes /= np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-9)
    palmar = np.einsum("vi,vi->v", normals, axes[:, :, 2])
    radial = np.einsum("vi,vi->v", normals, axes[:, :, 0])
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        mine = part == finger
        along[mine] = along_finger(rest, joints[list(chain)], mine)[mine]
        last = mine & (along > 2.0)
        across = np.einsum("vi,i->v", rest - joints[chain[2]], frames[chain[2], :, 0])
        width = np.abs(across[last]).max() * _NAIL_HALF_WIDTH
        dorsal = last & (palmar < 0.35)
        nail[dorsal, 0] = across[dorsal] / width
        nail[dorsal, 1] = (along[dorsal] - 2.0 - _NAIL_BASE) / (_NAIL_END - _NAIL_BASE)
    return Surface(
        part=read_only(part, np.int8),
        along=read_only(along, np.float32),
        palmar=read_only(palmar, np.float32),
        radial=read_only(radial, np.float32),
        nail=read_only(nail, np.float32),
    )


def along_finger(points: np.ndarray, joints: np.ndarray, on_finger: np.ndarray) -> np.ndarray:
    """Position (N,) of points (N, 3) along a finger with joints (4, 3), as in `Surface.along`.

    on_finger: (N,) bool, the points that belong to it: the farthest of them ends the last phalanx at 3.
    """
    bones = np.diff(joints, axis=0)
    lengths = np.linalg.norm(bones, axis=1)
    directions = bones / lengths[:, None]
    lengths[2] = float(((points[on_finger] - joints[2]) @ directions[2]).max())
    steps = np.einsum("nki,ki->nk", points[:, None] - joints[:3], directions) / lengths
    # Each phalanx counts from where the one before it ends, so that whole numbers lie at the joints.
    return np.clip(steps[:, 0], -1.0, 1.0) + np.clip(steps[:, 1], 0.0, 1.0) + np.clip(steps[:, 2], 0.0, 1.0)
