"""What the meshes of a hand are asked for alike."""

from __future__ import annotations

import numpy as np

from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.keyposes import keyposes, possible_keypose
from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.penetration import is_possible
from handtrack.study.synthesis.body.rig import MESH_JOINTS, PosedHand, pose_hand
from handtrack.study.synthesis.body.subjects import Subject
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS


def straight(**degrees: float) -> HandPose:
    """Fingers straight and parallel, the thumb aside."""
    joints = ("mcp_flexion", "mcp_abduction", "pip_flexion", "dip_flexion")
    fingers = {f"{f}_{joint}": 0.0 for f in ("index", "middle", "ring", "little") for joint in joints}
    return HandPose.from_degrees({**fingers, "thumb_mcp_flexion": 0.0, "thumb_ip_flexion": 0.0, **degrees})


def joints_outside(posed: PosedHand) -> list[int]:
    """The mesh's joints that do not lie in its flesh.

    Seen from a joint, outward skin covers all directions: the solid angle of the surface is 4 pi.
    """
    outside = []
    for joint in MESH_JOINTS:
        corners = posed.vertices[posed.mesh.faces].astype(np.float64) - posed.joints[joint]
        a, b, c = corners.transpose(1, 0, 2)
        la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
        volume = np.einsum("ij,ij->i", a, np.cross(b, c))
        spread = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
        if np.arctan2(volume, spread).sum() / (2 * np.pi) <= 0.9:
            outside.append(joint)
    return outside


def most_bent(posed: PosedHand) -> float:
    """The largest angle, in degrees, between the bones of one of the four fingers."""
    angles = []
    for chain in FINGER_BONE_CHAINS[1:]:
        bones = _directions(posed, chain)
        angles.append(np.degrees(np.arccos(np.clip(bones[:-1] @ bones[-1], -1, 1))).max())
    return float(max(angles))


def flesh_beside_bones(posed: PosedHand) -> float:
    """The largest angle, in degrees, from the flesh of one of the four fingers to its first bone."""
    angles = []
    for finger, chain in enumerate(FINGER_BONE_CHAINS[1:], start=1):
        flesh = posed.vertices[posed.mesh.surface.part == finger].astype(np.float64)
        _, _, axes = np.linalg.svd(flesh - flesh.mean(axis=0), full_matrices=False)
        angles.append(np.degrees(np.arccos(min(abs(axes[0] @ _directions(posed, chain)[0]), 1.0))))
    return float(max(angles))


def _directions(posed: PosedHand, chain: tuple[int, ...]) -> np.ndarray:
    bones = np.diff(posed.joints[list(chain)], axis=0)
    return np.asarray(bones / np.linalg.norm(bones, axis=1, keepdims=True))


def check_that_pads_face_as_those_of(mesh: HandMesh, known: HandMesh) -> None:
    """Persons differ: thumbs in their bones at rest, little fingers in their roll."""
    pose = straight(index_pip_flexion=60.0, thumb_ip_flexion=40.0)
    own, other = (pose_hand(each, Subject(), pose) for each in (mesh, known))
    for bone in (2, 3, 6, 7, 8, 16, 21):
        angle = np.degrees(np.arccos(np.clip((own.frames[bone] * other.frames[bone]).sum(axis=0), -1, 1)))
        assert angle.max() < (25 if bone < 5 else 16), bone


def check_that_it_takes_all_keyposes(mesh: HandMesh) -> None:
    """Without penetration, and a fist is still a fist."""
    poses = {name: possible_keypose(mesh, name) for name in keyposes()}
    assert all(is_possible(mesh, Subject(), pose) for pose in poses.values())
    fist = poses["fist"]
    assert np.degrees(fist["middle_mcp_flexion"] + fist["middle_pip_flexion"]) > 130


def check_that_they_mirror_each_other(right_mesh: HandMesh, left_mesh: HandMesh) -> None:
    """Posed alike."""
    pose = straight(index_pip_flexion=60.0)
    right, left = (pose_hand(mesh, Subject(), pose) for mesh in (right_mesh, left_mesh))
    np.testing.assert_array_equal(left.joints * (-1, 1, 1), right.joints)
    np.testing.assert_array_equal(left.vertices * np.array([-1, 1, 1], np.float32), right.vertices)
