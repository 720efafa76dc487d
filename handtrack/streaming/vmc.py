"""Finger bones in the VMC protocol (OSC, for avatars), as rotations against a T-pose; see docs/streams.md."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from handtrack.hand import FrameResult, Hand
from handtrack.skeleton import FINGERS, INDEX_MCP, LITTLE_MCP, MIDDLE_MCP, WRIST
from handtrack.streaming.osc import SIDES, Argument, best_of, bundle, floats

SEGMENTS: Final = ("Proximal", "Intermediate", "Distal")
_STRAIGHT: Final = np.array([1.0, 0.0, 0.0])
_REST: Final = dict.fromkeys(FINGERS, _STRAIGHT) | {"thumb": np.array([1.0, 1.0, 0.0]) / np.sqrt(2)}
"""Where each finger points at rest, along the hand's own axes: to the fingers, the thumb's side, the palm."""


def bone_rotations(hand: Hand) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Of each of the 15 finger bones its name, its place (3,) in metres and its rotation (4,) as x, y, z, w.

    Both against its parent, in the axes of VMC (Unity): x to the avatar's right, y up, z forward.
    """
    joints = _in_hand_axes(hand)
    to_avatar = _avatar_axes(hand.handedness)
    for finger, chain in FINGERS.items():
        rest = to_avatar @ _REST[finger]
        parent = np.array([0.0, 0.0, 0.0, 1.0])
        place = to_avatar @ joints[chain[0]]
        for segment, (near, far) in zip(SEGMENTS, itertools.pairwise(chain), strict=True):
            bone = to_avatar @ (joints[far] - joints[near])
            rotation = _shortest_turn(rest, _turned_back(parent, bone))
            yield f"{hand.handedness.capitalize()}{finger.capitalize()}{segment}", place, rotation
            parent = _product(parent, rotation)
            place = rest * np.linalg.norm(bone)


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


def _shortest_turn(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The rotation (4,) that turns one direction into the other and twists nothing."""
    length = np.linalg.norm(end)
    if length == 0:
        return np.array([0.0, 0.0, 0.0, 1.0])
    end = end / length
    turn = np.append(np.cross(start, end), 1.0 + start @ end)
    if turn[3] < 1e-9:  # turned right over: about any axis across
        across = np.cross(start, [0.0, 1.0, 0.0])
        return np.append(across / np.linalg.norm(across), 0.0)
    return turn / np.linalg.norm(turn)


def _product(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The rotation that turns by the second, then by the first."""
    vector = first[3] * second[:3] + second[3] * first[:3] + np.cross(first[:3], second[:3])
    return np.append(vector, first[3] * second[3] - first[:3] @ second[:3])


def _turned_back(rotation: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """The vector as it is seen from what is turned by the rotation."""
    axis = -rotation[:3]
    double = 2 * np.cross(axis, vector)
    return vector + rotation[3] * double + np.cross(axis, double)
