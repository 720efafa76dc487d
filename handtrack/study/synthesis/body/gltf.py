"""Reads the mesh file: its points, bones and skin weights in hand space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from handtrack.study.synthesis.body.bones import (
    BONE_COUNT,
    BONE_NAMES,
    FOREARM,
    JOINT_COUNT,
    THUMB_METACARPAL,
)

if TYPE_CHECKING:
    import pygltflib

# The mesh's thumb hinges 36 mm beyond the wrist on a metacarpal of 32 mm; a person's is 43 mm long, and with
# the mesh's own a fist could not close.
_THUMB_BASE_SHIFT = 0.010

# glTF's hand: thumb towards -z, fingers towards -y, palm towards -x.
_TO_HAND_SPACE = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


@dataclass(frozen=True, slots=True, eq=False)
class RawHand:
    """A right hand as its file has it, in hand space, metres.

    points: (N, 3), welded. faces: (F, 3), a closed surface. weights: (N, 26). joints: (26, 3). frames:
    (26, 3, 3). cap: (F,) bool, faces that close it at the wrist. corner_uv: (F, 3, 2), places of the faces'
    corners in the mesh's photographs, or None where it has none.
    """

    points: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    joints: np.ndarray
    frames: np.ndarray
    cap: np.ndarray
    corner_uv: np.ndarray | None = None


def read_hand(path: Path) -> RawHand:
    """The hand of the npm package's file."""
    import pygltflib
    from scipy.spatial.transform import Rotation

    gltf = pygltflib.GLTF2().load(str(path))
    primitive = gltf.meshes[0].primitives[0]
    bones = gltf.skins[0].joints
    joints = np.array([gltf.nodes[i].translation for i in bones])
    webxr = Rotation.from_quat([gltf.nodes[i].rotation for i in bones]).as_matrix()
    origin = joints[0]

    blob = gltf.binary_blob()
    points = accessor(gltf, blob, primitive.attributes.POSITION).astype(np.float64)
    # The texture seam doubles vertices: a smooth surface needs them in one piece.
    _, first, weld = np.unique(points.round(6), axis=0, return_index=True, return_inverse=True)
    faces = weld[accessor(gltf, blob, primitive.indices).reshape(-1, 3)]
    sparse_bones = accessor(gltf, blob, primitive.attributes.JOINTS_0)[first]
    sparse_weights = accessor(gltf, blob, primitive.attributes.WEIGHTS_0)[first]
    weights = np.zeros((len(first), BONE_COUNT))
    np.add.at(weights, (np.arange(len(first))[:, None], sparse_bones), sparse_weights)

    points = (points[first] - origin) @ _TO_HAND_SPACE.T
    joints = (joints - origin) @ _TO_HAND_SPACE.T
    # WebXR: -z along the bone, y out of the back of the hand, x to the right of a right hand.
    webxr = _TO_HAND_SPACE @ webxr
    frames = bone_frames(joints, -webxr[:, :, 1])
    joints[THUMB_METACARPAL] -= _THUMB_BASE_SHIFT * frames[THUMB_METACARPAL, :, 1]
    return RawHand(
        points=points,
        faces=faces,
        weights=weights / weights.sum(axis=1, keepdims=True),
        joints=np.vstack([joints, np.zeros(3)]),
        frames=frames,
        cap=_is_cap(points, faces),
    )


def _is_cap(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Which faces (F,) bool close the mesh at the wrist: those that look along the arm."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return (normals[:, 1] > 0.8) & (((a + b + c) / 3)[:, 1] > 0.0)


def bone_frames(joints: np.ndarray, palmar: np.ndarray) -> np.ndarray:
    """Frames (26, 3, 3) that run exactly along their bones; a tip goes on in its bone's direction.

    joints: (25, 3) in hand space. palmar: (25, 3), about the direction of the palm's side of each bone.
    """
    frames = np.zeros((BONE_COUNT, 3, 3))
    frames[0] = frames[FOREARM] = np.diag([1.0, -1.0, -1.0])
    for bone in range(1, JOINT_COUNT):
        is_tip = BONE_NAMES[bone].endswith("tip")
        start, end = (bone - 1, bone) if is_tip else (bone, bone + 1)
        along = joints[end] - joints[start]
        along /= np.linalg.norm(along)
        down = palmar[start] - along * (along @ palmar[start])
        down /= np.linalg.norm(down)
        frames[bone] = np.column_stack([np.cross(along, down), along, down])
    return frames


def accessor(gltf: pygltflib.GLTF2, blob: bytes, index: int) -> np.ndarray:
    """Values (N, K) of one of the file's arrays, whose bytes are blob."""
    found = gltf.accessors[index]
    view = gltf.bufferViews[found.bufferView]
    kind = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}[found.componentType]
    width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}[found.type]
    start = (view.byteOffset or 0) + (found.byteOffset or 0)
    values = np.frombuffer(blob, kind, found.count * width, start)
    return values.reshape(found.count, width)
