"""A person's hand in a pose: the mesh shaped to the person, bent by dual quaternions and smoothed.

Source of the skinning: Kavan et al., "Geometric skinning with approximate dual quaternion blending" (2008).
Blended matrices would flatten knuckles and wring the thumb; blended dual quaternions keep the flesh's
distance from the joint. The bend acts on the control points, so that subdivision then rounds what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.hand import Handedness
from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.bones import (
    BONE_COUNT,
    FOREARM,
    JOINT_COUNT,
    LEVELS,
    PALM_BONES,
    PARENTS,
    THUMB_METACARPAL,
)
from handtrack.study.synthesis.body.kinematics import bone_motions
from handtrack.study.synthesis.body.mesh import HandMesh, vertex_normals
from handtrack.study.synthesis.body.subjects import Subject
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS

MESH_JOINTS: Final[tuple[int, ...]] = (0, *(joint for chain in FINGER_BONE_CHAINS for joint in chain))
"""For each of the 21 joints of `handtrack.skeleton` the mesh's joint."""

_PARENTS = np.array(PARENTS)


@dataclass(frozen=True, slots=True, eq=False)
class PosedHand:
    """One person's hand in one pose, in hand space (see `mesh`), metres.

    vertices, normals: (V, 3) float32. faces: (F, 3) int32, counter-clockwise from outside.
    joints: (25, 3) float64, by BONE_NAMES. frames: (25, 3, 3) float64, columns: flexion axis, along the bone,
    palmar; a left hand's are mirror images, so that an offset in a bone's frame suits both hands.
    What does not move with the pose (rest positions, surface coordinates) is in mesh.
    """

    vertices: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    joints: np.ndarray
    frames: np.ndarray
    mesh: HandMesh
    subject: Subject
    pose: HandPose

    @property
    def handedness(self) -> Handedness:
        """Which hand it is."""
        return self.mesh.handedness


@dataclass(frozen=True, slots=True, eq=False)
class Articulation:
    """How a subject's bones in a pose carry what hangs on them, for a right hand in hand space.

    linear: (26, 3, 3), by which each bone's flesh differs from the mesh's. joints: (26, 3), of the subject at
    rest, metres. rotations: (26, 3, 3), from rest. moved: (26, 3), joints in the pose.
    """

    linear: np.ndarray
    joints: np.ndarray
    rotations: np.ndarray
    moved: np.ndarray


def pose_hand(mesh: HandMesh, subject: Subject, pose: HandPose) -> PosedHand:
    """The subject's hand in the pose; the wrist joint is the origin and the palm keeps its direction."""
    bones = articulate(mesh, subject, pose)
    vertices = (mesh.smooth @ carry(mesh, bones, mesh.cage, mesh.weights)).astype(np.float32)
    normals = vertex_normals(vertices, mesh.faces, mesh.gather)
    frames = bones.rotations[:JOINT_COUNT] @ mesh.frames[:JOINT_COUNT]
    joints = bones.moved[:JOINT_COUNT]
    if mesh.handedness == "left":
        for mirrored in (vertices, normals, joints, frames):
            mirrored[:, 0] *= -1
    return PosedHand(vertices, normals, mesh.faces_outwards, joints, frames, mesh, subject, pose)


def joints_21(posed: PosedHand, offsets: np.ndarray | None = None) -> np.ndarray:
    """The 21 joints (21, 3) float64 of `handtrack.skeleton`, in hand space, metres.

    offsets: (21, 3), from the mesh's joint to the wanted one in the frame of its bone, as a share of the
    palm's length (wrist to middle MCP); they map the mesh's joints to another definition of the joints.
    """
    joints = posed.joints[list(MESH_JOINTS)]
    if offsets is None:
        return joints
    palm = np.linalg.norm(posed.joints[MESH_JOINTS[9]] - posed.joints[0])
    return joints + palm * np.einsum("kij,kj->ki", posed.frames[list(MESH_JOINTS)], offsets)


def articulate(mesh: HandMesh, subject: Subject, pose: HandPose) -> Articulation:
    """The subject's bones in the pose."""
    linear = _stretches(mesh, subject)
    joints = np.zeros((BONE_COUNT, 3))
    for level in LEVELS:
        parents = _PARENTS[level]
        reach = mesh.joints[level] - mesh.joints[parents]
        joints[level] = joints[parents] + np.einsum("bij,bj->bi", linear[parents], reach)
    return Articulation(linear, joints, *bone_motions(mesh, joints, pose))


def carry(mesh: HandMesh, bones: Articulation, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Points (N, 3) of the resting mesh with bone weights (N, 26), shaped to the subject and posed.

    Each bone first stretches what hangs on it, then turns it; weights blend the stretches as matrices, so
    that the surface stays smooth, and the turns as dual quaternions.
    """
    offsets = bones.joints - np.einsum("bij,bj->bi", bones.linear, mesh.joints)
    real = _quaternions(bones.rotations)
    shift = bones.moved - np.einsum("bij,bj->bi", bones.rotations, bones.joints)
    dual = 0.5 * _product(np.column_stack([np.zeros(len(shift)), shift]), real)
    blended = np.concatenate([bones.linear.reshape(-1, 9), offsets, real, dual], axis=1).T @ weights.T
    linear, offsets, turns = blended[:9], blended[9:12], blended[12:]
    # Written out by components, which takes half the time of numpy's products of small vectors.
    x, y, z = points.T
    x, y, z = (
        linear[3 * row] * x + linear[3 * row + 1] * y + linear[3 * row + 2] * z + offsets[row]
        for row in range(3)
    )
    w, a, b, c, dual_w, dual_a, dual_b, dual_c = turns / np.sqrt((turns[:4] ** 2).sum(axis=0))
    # p + 2 v x (v x p + w p) + 2 (w d - dual_w v + v x d), with v = (a, b, c), d the dual part.
    s, t, u = (
        2.0 * (b * z - c * y + dual_a),
        2.0 * (c * x - a * z + dual_b),
        2.0 * (a * y - b * x + dual_c),
    )
    away = 2.0 * dual_w
    return np.stack(
        [
            x + b * u - c * t + w * s - away * a,
            y + c * s - a * u + w * t - away * b,
            z + a * t - b * s + w * u - away * c,
        ],
        axis=1,
    )


def _stretches(mesh: HandMesh, subject: Subject) -> np.ndarray:
    """Linear maps (26, 3, 3) in hand space by which the person's bones differ from the mesh's."""
    factors = np.ones((BONE_COUNT, 3))  # across, along and through the bone
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        thick = subject.finger_thickness[finger]
        tip = thick * subject.fingertip_thickness
        lengths = [subject.finger_lengths[finger] * share for share in subject.bone_lengths[finger]]
        for bone, across, length in zip(chain, (thick, thick, tip, tip), (*lengths, lengths[2]), strict=True):
            factors[bone] = (across, length, across)
    factors[THUMB_METACARPAL, ::2] = np.sqrt(factors[THUMB_METACARPAL, ::2] * subject.palm_thickness)
    factors[FOREARM] = (subject.arm_thickness, subject.arm_length, subject.arm_thickness)
    factors[0] = (subject.palm_width, subject.palm_length, subject.palm_thickness)
    linear = mesh.frames * factors[:, None, :] @ mesh.frames.transpose(0, 2, 1)
    linear[list(PALM_BONES)] = linear[0]  # the palm is stretched as a whole, not along its fanned bones
    return linear * subject.scale


def _quaternions(rotations: np.ndarray) -> np.ndarray:
    """Unit quaternions (26, 4), w first, each in its parent's half space so that blends go the short way."""
    from scipy.spatial.transform import Rotation

    quaternions = np.roll(Rotation.from_matrix(rotations).as_quat(), 1, axis=1)
    for level in (*LEVELS, np.array([FOREARM])):
        parents = quaternions[_PARENTS[level]]
        quaternions[level] *= np.where((quaternions[level] * parents).sum(axis=1) < 0.0, -1.0, 1.0)[:, None]
    return quaternions


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Quaternion products (N, 4), w first."""
    w = a[:, :1] * b[:, :1] - (a[:, 1:] * b[:, 1:]).sum(axis=1, keepdims=True)
    v = a[:, :1] * b[:, 1:] + b[:, :1] * a[:, 1:] + np.cross(a[:, 1:], b[:, 1:])
    return np.concatenate([w, v], axis=1)
