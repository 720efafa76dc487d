"""A person's arm as a raw hand: in hand space, on our joints, of the size of the other meshes.

MakeHuman's knuckles lie at the webs of the fingers and its thumb's joints are too near each other, so that a
fist would not close; they are put where the other meshes have them, and the flesh bends there.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from handtrack.study.synthesis.body.bones import BONE_COUNT, JOINT_COUNT, PALM_BONES
from handtrack.study.synthesis.body.finger_joints import mend_finger
from handtrack.study.synthesis.body.forearm import BEND_END, BEND_START
from handtrack.study.synthesis.body.gltf import RawHand, bone_frames
from handtrack.study.synthesis.body.mpfb2 import base_arm
from handtrack.study.synthesis.body.people import MEAN_PERSON, Person, persons_arm
from handtrack.study.synthesis.body.sculpture import relaxed_webs
from handtrack.study.synthesis.body.smooth_step import smooth_step
from handtrack.study.synthesis.body.subjects import MESH_HAND_LENGTH
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS

# Places of MakeHuman's joints among `mpfb2.CUBES`: fingers by their four, then the palm's two.
_FINGER_CUBES: Final = slice(2, 22)
_INNER_PALM, _OUTER_PALM = 22, 23
_ROLL: Final = np.radians(-5.0)  # the little finger's knuckle lies deeper than the index finger's

# Metres on a hand of the mesh's size by which the fingers' knuckles move back along the palm.
_KNUCKLES: Final = (0.0125, 0.0115, 0.0105, 0.0110)
_KNUCKLE_FOLD: Final = 0.012  # metres before and behind a knuckle over which the flesh bends
# Where the thumb's saddle joint lies: along x and y shares of the way from the wrist to the index finger's
# knuckle, along z metres.
_THUMB_SADDLE: Final = (0.95, 0.31, -0.0145)
_THUMB_KNUCKLE: Final = 0.0035  # metres towards the thumb's tip
# Places of the two outer joints of each finger from its knuckle to its end, between the creases of the mesh
# and the bones of people.
_OUTER_JOINTS: Final = ((0.465, 0.745), (0.48, 0.76), (0.465, 0.75), (0.475, 0.75))
_PALM_BASES: Final = (-0.4, 0.0, 0.55, 1.1)  # of the way from the inner joint in the palm to the outer one

# A nail is what looks out of the back of the last phalanx between these shares of its length.
_NAIL: Final = (0.45, 0.95)
_NAIL_FACES: Final = 0.85  # cosine of the angle from the back's direction
_BACK: Final = (0.0, 0.0, 1.0)  # about where the nails face
_THUMBS_BACK: Final = (0.75, 0.1, 0.65)


def person_hand(person: Person) -> RawHand:
    """The right hand of a person at rest, MESH_HAND_LENGTH long. Raises what `mpfb2.base_arm` raises."""
    arm = base_arm()
    points, cubes = _in_hand_space(person)
    joints, weights = np.zeros((BONE_COUNT, 3)), arm.weights.copy()
    joints[[bone for chain in FINGER_BONE_CHAINS for bone in chain]] = cubes[_FINGER_CUBES]
    inner, outer = cubes[[_INNER_PALM, _OUTER_PALM]]
    joints[list(PALM_BONES)] = inner + np.multiply.outer(_PALM_BASES, outer - inner)
    nails = _nails(points, joints)

    thumb, *fingers = map(list, FINGER_BONE_CHAINS)
    for finger, back, outer_joints in zip(fingers, _KNUCKLES, _OUTER_JOINTS, strict=True):
        _move_knuckle(points, weights, joints, finger, back)
        mend_finger(points, weights, joints, finger, outer_joints)
    _spread_thumb(joints)
    mend_finger(points, weights, joints, thumb)

    palmar = np.tile([0.0, 0.0, -1.0], (JOINT_COUNT, 1))
    for chain, nail in zip(FINGER_BONE_CHAINS, nails, strict=True):
        palmar[list(chain)] = -nail
        if chain[0] - 1 in PALM_BONES:
            palmar[chain[0] - 1] -= nail
    return RawHand(
        points=points,
        faces=arm.faces,
        weights=relaxed_webs(weights, arm.faces),
        joints=joints,
        frames=bone_frames(joints, palmar),
        cap=np.zeros(len(arm.faces), bool),
    )


def _in_hand_space(person: Person) -> tuple[np.ndarray, np.ndarray]:
    """The person's points and joints with a straight wrist; see `mesh` for the axes."""
    points, cubes = persons_arm(person)
    wrist = cubes[0]
    fingers = cubes[_FINGER_CUBES].reshape(5, 4, 3)
    y = wrist - fingers[2, 0]
    y /= np.linalg.norm(y)
    across = fingers[1, 0] - fingers[4, 0]
    x = across - y * (across @ y)
    x /= np.linalg.norm(x)
    z = np.cross(x, y)
    axes = np.array([np.cos(_ROLL) * x + np.sin(_ROLL) * z, y, np.cos(_ROLL) * z - np.sin(_ROLL) * x])
    points, cubes = ((values - wrist) @ axes.T for values in (points, cubes))
    middle = np.vstack([np.zeros(3), cubes[_FINGER_CUBES].reshape(5, 4, 3)[2]])
    size = MESH_HAND_LENGTH / np.linalg.norm(np.diff(middle, axis=0), axis=1).sum()
    points, cubes = points * size, cubes * size
    return _with_straight_wrist(points, cubes[1]), cubes


def _with_straight_wrist(points: np.ndarray, elbow: np.ndarray) -> np.ndarray:
    """Points (N, 3) with the arm turned about the wrist, from the elbow's direction to the hand's own."""
    from scipy.spatial.transform import Rotation

    turn, _ = Rotation.align_vectors([[0.0, 1.0, 0.0]], [elbow])
    share = smooth_step((points[:, 1] - BEND_START) / (BEND_END - BEND_START))
    return np.asarray(Rotation.from_rotvec(share[:, None] * turn.as_rotvec()).apply(points))


def _move_knuckle(
    points: np.ndarray, weights: np.ndarray, joints: np.ndarray, chain: list[int], back: float
) -> None:
    """Move a finger's knuckle back along the palm, and let the flesh of finger and metacarpal bend there."""
    knuckle, palm = chain[0], chain[0] - 1
    along = joints[knuckle] - joints[palm]
    along /= np.linalg.norm(along)
    joints[knuckle] -= back * along
    share = weights[:, [palm, *chain]].sum(axis=1)
    moved = share * smooth_step(0.5 + (points - joints[knuckle]) @ along / (2 * _KNUCKLE_FOLD))
    weights[:, chain] = 0.0
    weights[:, knuckle], weights[:, palm] = moved, share - moved


def _spread_thumb(joints: np.ndarray) -> None:
    saddle, knuckle, last = FINGER_BONE_CHAINS[0][:3]
    x, y, _ = joints[FINGER_BONE_CHAINS[1][0]]
    joints[saddle] = _THUMB_SADDLE[0] * x, _THUMB_SADDLE[1] * y, _THUMB_SADDLE[2]
    ahead = joints[last] - joints[knuckle]
    joints[knuckle] += _THUMB_KNUCKLE * ahead / np.linalg.norm(ahead)


def _nails(points: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Unit directions (5, 3) that the nails face."""
    _, areas = _middles_and_areas(points)
    directions = []
    for chain, faces in zip(FINGER_BONE_CHAINS, _nail_faces(), strict=True):
        along = joints[chain[3]] - joints[chain[2]]
        outwards = areas[faces].sum(axis=0)
        outwards -= along * (along @ outwards) / (along @ along)
        directions.append(outwards / np.linalg.norm(outwards))
    return np.array(directions)


@functools.cache
def _nail_faces() -> tuple[np.ndarray, ...]:
    """Numbers of the faces of each finger's nail, found on the mean person."""
    arm = base_arm()
    points, cubes = _in_hand_space(MEAN_PERSON)
    middles, areas = _middles_and_areas(points)
    facing = areas / np.linalg.norm(areas, axis=1, keepdims=True)
    found = []
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        last, end = cubes[_FINGER_CUBES].reshape(5, 4, 3)[finger, 2:]
        along = end - last
        place = (middles - last) @ along / (along @ along)
        there = (
            (arm.weights[:, chain[2]][arm.faces].mean(axis=1) > 0.5) & (place > _NAIL[0]) & (place < _NAIL[1])
        )
        back = np.array(_BACK if finger else _THUMBS_BACK)
        for _ in range(5):
            back -= along * (along @ back) / (along @ along)
            back /= np.linalg.norm(back)
            nail = there & (facing @ back > _NAIL_FACES)
            back = areas[nail].sum(axis=0)
        found.append(np.flatnonzero(nail))
    return tuple(found)


def _middles_and_areas(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the arm's faces (F, 3), and their outward normals as long as twice their areas."""
    a, b, c = (points[corner] for corner in base_arm().faces.T)
    return (a + b + c) / 3, np.cross(b - a, c - a)
