"""Reads the mesh file: its points, bones and skin weights in hand space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from handtrack.synthesis.body.bones import BONE_COUNT, BONE_NAMES, JOINT_COUNT, THUMB_METACARPAL

if TYPE_CHECKING:
    import pygltflib

# The mesh's thumb hinges 36 mm beyond the wrist on a metacarpal of 32 mm; a person's is 43 mm long, and with
# the mesh's own a fist could not close.
_THUMB_BASE_SHIFT = 0.010

# glTF's hand: thumb towards -z, fingers towards -y, palm towards -x.
_TO_HAND_SPACE = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


def read_hand(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Welded points (N, 3), faces (F, 3), weights (N, 26), joints (26, 3) and frames (26, 3, 3)."""
    import pygltflib
    from scipy.spatial.transform import Rotation

    gltf = pygltflib.GLTF2().load(str(path))
    primitive = gltf.meshes[0].primitives[0]
    bones = gltf.skins[0].joints
    joints = np.array([gltf.nodes[i].translation for i in bones])
    webxr = Rotation.from_quat([gltf.nodes[i].rotation for i in bones]).as_matrix()
    origin = joints[0]

    points = _accessor(gltf, primitive.attributes.POSITION).astype(np.float64)
    # The texture seam doubles vertices: a smooth surface needs them in one piece.
    _, first, weld = np.unique(points.round(6), axis=0, return_index=True, return_inverse=True)
    faces = weld[_accessor(gltf, primitive.indices).reshape(-1, 3)]
    sparse_bones = _accessor(gltf, primitive.attributes.JOINTS_0)[first]
    sparse_weights = _accessor(gltf, primitive.attributes.WEIGHTS_0)[first]
    weights = np.zeros((len(first), BONE_COUNT))
    np.add.at(weights, (np.arange(len(first))[:, None], sparse_bones), sparse_weights)

    points = (points[first] - origin) @ _TO_HAND_SPACE.T
    joints = (joints - origin) @ _TO_HAND_SPACE.T
    # WebXR: -z along the bone, y out of the back of the hand, x to the right of a right hand.
    webxr = _TO_HAND_SPACE @ webxr
    frames = _bone_frames(joints, -webxr[:, :, 1])
    joints[THUMB_METACARPAL] -= _THUMB_BASE_SHIFT * frames[THUMB_METACARPAL, :, 1]
    return (
        points,
        faces,
        weights / weights.sum(axis=1, keepdims=True),
        np.vstack([joints, np.zeros(3)]),
        np.concatenate([frames, np.diag([1.0, -1.0, -1.0])[None]]),
    )


def _bone_frames(joints: np.ndarray, palmar: np.ndarray) -> np.ndarray:
    """Frames (25, 3, 3) that run exactly along their bones; a tip goes on in its bone's direction."""
    frames = np.zeros((JOINT_COUNT, 3, 3))
    frames[0] = np.diag([1.0, -1.0, -1.0])
    for bone in range(1, JOINT_COUNT):
        is_tip = BONE_NAMES[bone].endswith("tip")
        start, end = (bone - 1, bone) if is_tip else (bone, bone + 1)
        along = joints[end] - joints[start]
        along /= np.linalg.norm(along)
        down = palmar[start] - along * (along @ palmar[start])
        down /= np.linalg.norm(down)
        frames[bone] = np.column_stack([np.cross(along, down), along, down])
    return frames


def _accessor(gltf: pygltflib.GLTF2, index: int) -> np.ndarray:
    accessor = gltf.accessors[index]
    view = gltf.bufferViews[accessor.bufferView]
    kind = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}[accessor.componentType]
    width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}[accessor.type]
    start = (view.byteOffset or 0) + (accessor.byteOffset or 0)
    values = np.frombuffer(gltf.binary_blob(), kind, accessor.count * width, start)
    return values.reshape(accessor.count, width)
