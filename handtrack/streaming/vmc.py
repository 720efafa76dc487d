"""Finger bones in the VMC protocol (OSC, for avatars), as rotations against a T-pose; see docs/streams.md."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from handtrack.hand import FrameResult, Hand
from handtrack.skeleton import FINGERS, INDEX_MCP, LITTLE_MCP, MIDDLE_MCP, WRIST
from handtrack.streaming.osc import SIDES, Argument, best_of, bundle, floats

# Plain numbers: for so few numpy takes several times as long, and the tracker waits for Python meanwhile.
Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]

SEGMENTS: Final = ("Proximal", "Intermediate", "Distal")
_UNTURNED: Final[Quaternion] = (0.0, 0.0, 0.0, 1.0)
_STRAIGHT: Final = np.array([1.0, 0.0, 0.0])
_REST: Final = dict.fromkeys(FINGERS, _STRAIGHT) | {"thumb": np.array([1.0, 1.0, 0.0]) / np.sqrt(2)}
"""Where each finger points at rest, along the hand's own axes: to the fingers, the thumb's side, the palm."""


def bone_rotations(hand: Hand) -> Iterator[tuple[str, Vector, Quaternion]]:
    """Of each of the 15 finger bones its name, its place in metres and its rotation as x, y, z, w.

    Both against its parent, in the axes of VMC (Unity): x to the avatar's right, y up, z forward.
    """
    to_avatar = _avatar_axes(hand.handedness)
    joints = (_in_hand_axes(hand) @ to_avatar.T).tolist()
    for finger, chain in FINGERS.items():
        rest: Vector = tuple((to_avatar @ _REST[finger]).tolist())
        parent = _UNTURNED
        place: Vector = tuple(joints[chain[0]])
        for segment, (near, far) in zip(SEGMENTS, itertools.pairwise(chain), strict=True):
            start, end = joints[near], joints[far]
            bone = (end[0] - start[0], end[1] - start[1], end[2] - start[2])
            rotation = _shortest_turn(rest, _turned_back(parent, bone))
            yield f"{hand.handedness.capitalize()}{finger.capitalize()}{segment}", place, rotation
            parent = _product(parent, rotation)
            length = math.hypot(*bone)
            place = (rest[0] * length, rest[1] * length, rest[2] * length)


def vmc_datagrams(result: FrameResult) -> Iterable[bytes]:
    """The finger bones of the surest hand of each side as one bundle; a side without a hand says nothing."""
    messages: list[tuple[str, list[Argument]]] = [
        ("/VMC/Ext/OK", [("i", 1)]),
        ("/VMC/Ext/T", floats(result.frame.timestamp)),
    ]
    for side in SIDES:
        hand = best_of(side, result)
        if hand is not None:
            messages += [
                ("/VMC/Ext/Bone/Pos", [("s", name), *floats(*place, *rotation)])
                for name, place, rotation in bone_rotations(hand)
            ]
    return (bundle(messages),)


def _in_hand_axes(hand: Hand) -> np.ndarray:
    """The joints (21, 3) in metres along the hand's axes: to the fingers, the thumb's side, the palm's front.

    Raises ValueError where the palm has no extent.
    """
    joints = hand.joints_3d.astype(np.float64)
    fingers = joints[MIDDLE_MCP] - joints[WRIST]
    across = joints[INDEX_MCP] - joints[LITTLE_MCP]
    along = fingers / (np.linalg.norm(fingers) or 1.0)
    side = across - along * (across @ along)
    side /= np.linalg.norm(side) or 1.0
    front = np.cross(side, along) if hand.handedness == "right" else np.cross(along, side)
    if not np.isclose(np.linalg.norm(front), 1.0):
        raise ValueError("the palm's joints lie in one line")
    return joints @ np.stack([along, side, front], axis=1)


def _avatar_axes(handedness: str) -> np.ndarray:
    """Matrix (3, 3) from the hand's axes to the avatar's: arms out, palms down, thumbs' sides forward."""
    out = 1.0 if handedness == "right" else -1.0
    return np.array([[out, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def _shortest_turn(start: Vector, end: Vector) -> Quaternion:
    """The rotation that turns one direction, of length 1, into the other and twists nothing."""
    length = math.hypot(*end)
    if length == 0:
        return _UNTURNED
    x, y, z = _cross(start, end)
    w = length + sum(map(operator.mul, start, end))
    size = math.hypot(x, y, z, w)
    if size < 1e-6 * length:  # turned right over: about any axis across, and none at rest points up
        x, y, z, w = *_cross(start, (0.0, 1.0, 0.0)), 0.0
        size = math.hypot(x, y, z)
    return x / size, y / size, z / size, w / size


def _product(first: Quaternion, second: Quaternion) -> Quaternion:
    """The rotation that turns by the second, then by the first."""
    ax, ay, az, aw = first
    bx, by, bz, bw = second
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def _turned_back(rotation: Quaternion, vector: Vector) -> Vector:
    """The vector as it is seen from what is turned by the rotation."""
    axis = (-rotation[0], -rotation[1], -rotation[2])
    x, y, z = _cross(axis, vector)
    double = (2 * x, 2 * y, 2 * z)
    x, y, z = _cross(axis, double)
    w = rotation[3]
    return (
        vector[0] + w * double[0] + x,
        vector[1] + w * double[1] + y,
        vector[2] + w * double[2] + z,
    )


def _cross(first: Vector, second: Vector) -> Vector:
    (ax, ay, az), (bx, by, bz) = first, second
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
