"""How the angles of a pose turn the bones of the mesh."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.hand import read_only
from handtrack.study.synthesis.body.anatomy import ANGLE_NAMES, HandPose
from handtrack.study.synthesis.body.bones import (
    BONE_COUNT,
    BONE_NAMES,
    FOREARM,
    JOINT_COUNT,
    LEVELS,
    PALM_BONES,
    PARENTS,
    THUMB_METACARPAL,
)
from handtrack.study.synthesis.body.mesh import MESH_COUNT, HandMesh

_FINGERWARDS = np.array([0.0, -1.0, 0.0])
_PARENTS = np.array(PARENTS)


def bone_motions(mesh: HandMesh, joints: np.ndarray, pose: HandPose) -> tuple[np.ndarray, np.ndarray]:
    """Turns (26, 3, 3) of the bones from rest, and where they take the subject's joints (26, 3)."""
    neutral = _neutral(mesh)
    angles = neutral.fixed.copy()
    angles[_DRIVEN_BONES, _DRIVEN_AXES] += _DRIVEN_SIGNS * pose.angles
    cosine, sine = np.cos(angles), np.sin(angles)
    flexed, spread, twisted = (np.tile(np.eye(3), (BONE_COUNT, 1, 1)) for _ in range(3))
    flexed[:, 1, 1] = flexed[:, 2, 2] = cosine[:, 0]
    flexed[:, 2, 1], flexed[:, 1, 2] = sine[:, 0], -sine[:, 0]
    spread[:, 0, 0] = spread[:, 1, 1] = cosine[:, 1]
    spread[:, 0, 1], spread[:, 1, 0] = sine[:, 1], -sine[:, 1]
    twisted[:, 0, 0] = twisted[:, 2, 2] = cosine[:, 2]
    twisted[:, 0, 2], twisted[:, 2, 0] = sine[:, 2], -sine[:, 2]
    # A knuckle flexes about the bone before it and spreads about the bent finger; the thumb's saddle swings
    # sideways about the palm first.
    turns = flexed @ spread @ twisted
    turns[THUMB_METACARPAL] = spread[THUMB_METACARPAL] @ flexed[THUMB_METACARPAL] @ twisted[THUMB_METACARPAL]
    local = neutral.base @ turns

    frames = np.empty((BONE_COUNT, 3, 3))
    frames[0] = mesh.frames[0]
    frames[FOREARM] = frames[0] @ turns[FOREARM].T  # the wrist's angles tell how the HAND lies to the arm
    for level in LEVELS:
        frames[level] = frames[_PARENTS[level]] @ local[level]
    rotations = frames @ mesh.frames.transpose(0, 2, 1)
    moved = np.zeros((BONE_COUNT, 3))
    for level in LEVELS:
        parents = _PARENTS[level]
        bones = joints[level] - joints[parents]
        moved[level] = moved[parents] + np.einsum("bij,bj->bi", rotations[parents], bones)
    return rotations, moved


def bind_pose(mesh: HandMesh) -> HandPose:
    """The pose that the mesh itself is in at rest."""
    return HandPose(read_only(np.array([_neutral(mesh).bind[bone, axis] for bone, axis in _DRIVEN])))


@dataclass(frozen=True, slots=True, eq=False)
class _Neutral:
    """How the bones hang together, whoever's they are.

    base: (26, 3, 3), frame of each bone in its parent's where all its angles are zero.
    bind: (26, 3), flexion, abduction and twist of each bone in the mesh at rest, radians.
    fixed: (26, 3), the same where no angle of a pose drives it, else zero.
    """

    base: np.ndarray
    bind: np.ndarray
    fixed: np.ndarray


@functools.lru_cache(maxsize=2 * MESH_COUNT)
def _neutral(mesh: HandMesh) -> _Neutral:
    base = np.tile(np.eye(3), (BONE_COUNT, 1, 1))
    bind = np.zeros((BONE_COUNT, 3))
    for bone in range(1, JOINT_COUNT):
        local = mesh.frames[PARENTS[bone]].T @ mesh.frames[bone]
        if bone in PALM_BONES:
            base[bone] = local
        elif bone - 1 in PALM_BONES:
            # Zero is parallel to the palm's axis, in the plane of the finger's own metacarpal.
            palmar = mesh.frames[bone - 1, :, 2]
            along = _FINGERWARDS - palmar * (_FINGERWARDS @ palmar)
            along /= np.linalg.norm(along)
            base[bone] = mesh.frames[bone - 1].T @ np.column_stack([np.cross(along, palmar), along, palmar])
        bind[bone] = _angles(base[bone].T @ local, first_abduct=bone == THUMB_METACARPAL)
    fixed = bind.copy()
    bones, axes = zip(*_DRIVEN, strict=True)
    fixed[bones, axes] = 0.0
    # The thumb's turn about itself is counted from the mesh's own, which has no meaning elsewhere.
    twist = THUMB_METACARPAL, 2
    fixed[twist], bind[twist] = bind[twist], 0.0
    return _Neutral(base, bind, fixed)


def _angles(rotation: np.ndarray, first_abduct: bool) -> np.ndarray:
    """Flexion, abduction and twist (3,) of a bone in its parent's neutral frame, radians."""
    from scipy.spatial.transform import Rotation

    turns = Rotation.from_matrix(rotation).as_euler("ZXY" if first_abduct else "XZY")
    flexion, abduction = (turns[1], turns[0]) if first_abduct else (turns[0], turns[1])
    return np.array([flexion, -abduction, turns[2]])


def _driven_angles() -> tuple[tuple[int, int], ...]:
    """(bone, 0 flexion | 1 abduction | 2 twist) that each angle of a pose drives."""
    axes = {"flexion": 0, "palmar": 0, "abduction": 1, "radial": 1, "rotation": 2}
    parts = {"cmc": "metacarpal", "mcp": "proximal", "pip": "intermediate", "ip": "distal", "dip": "distal"}
    driven = []
    for name in ANGLE_NAMES:
        *where, axis = name.split("_")
        bone = FOREARM if where == ["wrist"] else BONE_NAMES.index(f"{where[0]}_{parts[where[1]]}")
        driven.append((bone, axes[axis]))
    return tuple(driven)


_DRIVEN: Final = _driven_angles()
_DRIVEN_BONES: Final = np.array([bone for bone, _ in _DRIVEN])
_DRIVEN_AXES: Final = np.array([axis for _, axis in _DRIVEN])
# The thumb turns its pad to the fingers against the sense of a turn about its bone.
_DRIVEN_SIGNS: Final = np.array([-1.0 if name == "thumb_cmc_rotation" else 1.0 for name in ANGLE_NAMES])
