"""What a hand does, in figures: how its joints are bent and spread, how near its tips are, where it faces.

All of it follows from the joints in space, so it is as right as they are: lengths hang on the palm's length
that the tracker was told, angles and shares of the palm do not.

- Flexion of a finger's MCP, PIP and DIP: the angle from the bone before the joint to the one after it, about
  the axis that lies in the palm across the finger's metacarpal (wrist to MCP). 0 is straight, above 0 bent
  towards the palm.
- Flexion of the thumb's MCP and IP: the angle between the bones before and after. It has no sign, for the
  thumb's axes do not follow from its joints.
- Spread of two neighbouring fingers: the angle between their proximal bones (MCP to PIP), both laid into the
  palm's plane; above 0 is apart. NaN while one of them is bent out of it by more than 60 degrees. Of thumb
  and index: the angle between their metacarpals (CMC to MCP, wrist to MCP) in space.
- Pinch: the distance from the thumb's tip to another one, in mm and as a share of the palm's length
  (`geometry.palm_scale`).
- Palm: its normal, out of the palm's front: the vector area of the fan from the wrist over the four knuckles.
  Turned right or up, degrees in the picture: 0 and 0 face the camera along its axis.
- Wrist: `Hand.wrist_position` and its sigma.

The uncertainty of pinches and of the palm's direction is that of first order: each joint's `sigma_3d` times
the slope of the figure, the joints taken as independent; tests hold it beside the demo clip's true errors.
Flexion and spread have none: neighbouring joints err together, and what independent ones would do is two to
four times what is seen there.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.geometry import palm_scales
from handtrack.hand import Hand
from handtrack.skeleton import (
    FINGER_NAMES,
    FINGERS,
    FINGERTIPS,
    INDEX_MCP,
    JOINT_COUNT,
    LITTLE_MCP,
    MIDDLE_MCP,
    RING_MCP,
    WRIST,
)

_STEP: Final = 1e-5
"""Metres by which joints are moved to find a slope."""
_MOST_BENT: Final = math.radians(60)
_KNUCKLES: Final = (INDEX_MCP, MIDDLE_MCP, RING_MCP, LITTLE_MCP)
_LONG_FINGERS: Final = FINGER_NAMES[1:]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure that a hand has. unit: "°", "mm", "% of palm" or "cm". group: what it belongs to.

    key: its name in files, with the unit, such as "index_pip_flexion_deg".
    """

    group: str
    name: str
    unit: str
    key: str


def _all_measures() -> tuple[Measure, ...]:
    found = [Measure("wrist", axis, "cm", f"wrist_{axis}_cm") for axis in ("x", "y", "z")]
    for way in ("right", "up"):
        found.append(Measure("palm turned", way, "°", f"palm_turned_{way}_deg"))
    for unit, ending in (("mm", "mm"), ("% of palm", "percent_of_palm")):
        for name in _LONG_FINGERS:
            found.append(Measure("pinch", f"thumb to {name}", unit, f"pinch_{name}_{ending}"))
    for first, second in zip(FINGER_NAMES, _LONG_FINGERS, strict=False):
        found.append(Measure("spread", f"{first} to {second}", "°", f"spread_{first}_{second}_deg"))
    for name in FINGER_NAMES:
        for joint in ("mcp", "ip") if name == "thumb" else ("mcp", "pip", "dip"):
            found.append(Measure("flexion", f"{name} {joint.upper()}", "°", f"{name}_{joint}_flexion_deg"))
    return tuple(found)


MEASURES: Final[tuple[Measure, ...]] = _all_measures()
"""All measures in the order of their columns."""
WRIST_COLUMNS: Final = slice(0, 3)
"""Of the wrist's place; all other columns follow from the joints alone."""
_PROPAGATED: Final = np.array([measure.group in ("palm turned", "pinch") for measure in MEASURES])
RIGHTWARD_COLUMNS: Final[tuple[int, ...]] = (0, 3)
"""Whose sign changes in a mirror: the wrist's x, and how far the palm is turned to the right."""


def measures(hand: Hand) -> tuple[np.ndarray, np.ndarray]:
    """Values (M,) of MEASURES and one standard deviation (M,) of each; NaN where a figure has none."""
    joints = hand.joints_3d.astype(np.float64)
    position = np.full(3, np.nan) if hand.wrist_position is None else hand.wrist_position
    values = measures_of_joints(joints[None], np.array([hand.handedness == "right"]), position[None])[0]
    sigma = np.full(len(MEASURES), np.nan)
    if hand.sigma_position is not None:
        sigma[WRIST_COLUMNS] = 100 * hand.sigma_position
    moved = joints + _STEP * np.eye(3 * JOINT_COUNT).reshape(-1, JOINT_COUNT, 3)
    right = np.full(len(moved), hand.handedness == "right")
    places = np.broadcast_to(position, (len(moved), 3))
    change = measures_of_joints(moved, right, places) - values
    # Angles go round: a step over their seam is a small one.
    turns = np.array([measure.unit == "°" for measure in MEASURES])
    change[:, turns] = (change[:, turns] + 180) % 360 - 180
    variance = np.square(change / _STEP) * np.repeat(np.square(hand.sigma_3d), 3)[:, None]
    sigma[_PROPAGATED] = np.sqrt(variance.sum(axis=0))[_PROPAGATED]
    return values, sigma


def measures_of_joints(joints_3d: np.ndarray, right: np.ndarray, wrist_position: np.ndarray) -> np.ndarray:
    """Values (N, M) of MEASURES of N hands; NaN where a figure has none, or a hand is NaN.

    joints_3d: (N, 21, 3) metres. right: (N,) bool, a right hand. wrist_position: (N, 3) metres.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        normal = palm_normals(joints_3d, right)
        columns = [*(100 * wrist_position.T), *_palm_turned(normal)]
        columns += _pinches(joints_3d)
        columns += _spreads(joints_3d, normal)
        columns += _flexions(joints_3d, normal)
    return np.stack(columns, axis=-1)


def palm_normals(joints_3d: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Unit vectors (N, 3) out of the front of the palms of hands (N, 21, 3), camera axes."""
    from_wrist = joints_3d[:, _KNUCKLES] - joints_3d[:, [WRIST]]
    area = np.cross(from_wrist[:, :-1], from_wrist[:, 1:]).sum(axis=1)
    return _unit(area) * np.where(right, 1.0, -1.0)[:, None]


def _palm_turned(normal: np.ndarray) -> list[np.ndarray]:
    x, y, z = normal.T
    return [np.degrees(np.arctan2(x, -z)), np.degrees(np.arcsin(np.clip(-y, -1, 1)))]


def _pinches(joints: np.ndarray) -> list[np.ndarray]:
    tips = joints[:, FINGERTIPS]
    distances = np.linalg.norm(tips[:, 1:] - tips[:, :1], axis=-1)
    palms = palm_scales(joints)[:, None]
    return [*(1000 * distances.T), *(100 * (distances / palms).T)]


def _spreads(joints: np.ndarray, normal: np.ndarray) -> list[np.ndarray]:
    thumb, index = FINGERS["thumb"], FINGERS["index"]
    found = [_angle(joints[:, thumb[1]] - joints[:, thumb[0]], joints[:, index[0]] - joints[:, WRIST])]
    bones = [_unit(joints[:, FINGERS[name][1]] - joints[:, FINGERS[name][0]]) for name in _LONG_FINGERS]
    heights = [_dot(bone, normal) for bone in bones]
    # From the little finger's side to the index finger's, in the palm.
    metacarpal = joints[:, MIDDLE_MCP] - joints[:, WRIST]
    inward = _unit(joints[:, INDEX_MCP] - joints[:, LITTLE_MCP])
    sense = np.sign(_dot(np.cross(metacarpal, inward), normal))
    for (first, above), (second, below) in itertools.pairwise(zip(bones, heights, strict=True)):
        flat_first, flat_second = first - above[:, None] * normal, second - below[:, None] * normal
        turn = np.arctan2(_dot(np.cross(flat_second, flat_first), normal), _dot(flat_first, flat_second))
        bent = np.maximum(np.abs(above), np.abs(below)) > math.sin(_MOST_BENT)
        found.append(np.where(bent, np.nan, np.degrees(turn * sense)))
    return found


def _flexions(joints: np.ndarray, normal: np.ndarray) -> list[np.ndarray]:
    thumb = [joints[:, joint] for joint in FINGERS["thumb"]]
    bones = [after - before for before, after in itertools.pairwise(thumb)]
    found = [_angle(first, second) for first, second in itertools.pairwise(bones)]
    for name in _LONG_FINGERS:
        chain = [joints[:, joint] for joint in (WRIST, *FINGERS[name])]
        bones = [_unit(after - before) for before, after in itertools.pairwise(chain)]
        axis = _unit(np.cross(bones[0], normal))
        for first, second in itertools.pairwise(bones):
            found.append(np.degrees(np.arctan2(_dot(np.cross(first, second), axis), _dot(first, second))))
    return found


def _angle(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    across = np.linalg.norm(np.cross(first, second), axis=-1)
    return np.degrees(np.arctan2(across, _dot(first, second)))


def _dot(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", first, second)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
