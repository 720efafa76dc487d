# SPDX-License-Identifier: GPL-3.0-or-later
"""Where hands stand in the 3D view, and how an orbiting camera sees them; no Qt in here.

View axes, metres: x right, y away from the camera, z up. The estimator's axes are x right, y down,
z away, so the default camera, which looks along +y, sees what the real camera sees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.true_error import match_hands, true_joints_3d
from app.words import translate
from handtrack.hand import Hand, HandTruth
from handtrack.skeleton import WRIST

WRIST_HEIGHT = -0.07
"""Height of a wrist, metres: an upright hand is then centred in the view."""
SLOT_SPACING = 0.24
"""Metres between the wrists of two hands that stand side by side."""
FLOOR_HEIGHT = -0.16
FLOOR_HALF_SIZE = 0.25
FLOOR_STEP = 0.05
"""The floor is a grid of 5 cm squares."""
_ROOM = 0.15
"""Metres that a hand alone has upwards and to either side; several have half of what lies between two."""
_OVER_FLOOR = 0.015

DEFAULT_DISTANCE = {1: 0.5, 2: 0.72}
FIELD_OF_VIEW = 40.0
"""Degrees across the smaller side of the view."""


@dataclass(frozen=True, slots=True)
class PlacedHand:
    """One hand in view axes: joints (21, 3) metres, sigma (21, 3) metres along each axis, and its label.

    position: where its wrist is before the camera, in words; empty where that is not known.
    true_joints: (21, 3) metres, the true hand at the size of this one, or None where it is not known.
    """

    joints: np.ndarray
    sigma: np.ndarray
    label: str
    position: str = ""
    true_joints: np.ndarray | None = None


def to_view_axes(joints_3d: np.ndarray, mirrored: bool) -> np.ndarray:
    """Joints (..., 3) from camera axes to view axes, flipped left to right if mirrored."""
    x, y, z = np.moveaxis(np.asarray(joints_3d, dtype=np.float32), -1, 0)
    return np.stack([-x if mirrored else x, z, -y], axis=-1)


def place_hands(hands: Sequence[Hand], mirrored: bool, truths: Sequence[HandTruth] = ()) -> list[PlacedHand]:
    """The hands side by side, in the order in which they stand in the picture as it is shown.

    Their wrists are on one level; a hand that would reach out of the view from there is moved into it.
    truths: the true hands, each of which stands in the place of the tracked one nearest to it.
    """
    true_joints = {id(hand): true_joints_3d(hand, truth) for hand, truth in match_hands(hands, truths)}
    shown_x = [(-1 if mirrored else 1) * float(hand.joints_2d[WRIST, 0]) for hand in hands]
    placed = []
    for place, index in enumerate(np.argsort(shown_x, kind="stable")):
        hand = hands[index]
        wrist = np.array([(place - (len(hands) - 1) / 2) * SLOT_SPACING, 0.0, WRIST_HEIGHT], dtype=np.float32)
        joints = to_view_axes(hand.joints_3d, mirrored)
        wrist += _into_view(joints + wrist, wrist[0], len(hands))
        truth = true_joints.get(id(hand))
        true = None if truth is None else to_view_axes(truth, mirrored) + wrist
        placed.append(
            PlacedHand(
                joints + wrist, sigma_along_axes(hand), hand.handedness, position_words(hand, mirrored), true
            )
        )
    return placed


def _into_view(joints: np.ndarray, middle: float, hands: int) -> np.ndarray:
    """By how much (3,) to move a hand's joints (21, 3): one that points sideways or down is then seen whole.

    middle: where its place is, metres to the right. An upright hand stays where it is.
    """
    beside = _ROOM if hands == 1 else SLOT_SPACING / 2
    low = np.array([middle - beside, FLOOR_HEIGHT + _OVER_FLOOR])
    high = np.array([middle + beside, _ROOM])
    flat = joints[:, [0, 2]]
    before, beyond = np.minimum(flat.min(axis=0) - low, 0.0), np.maximum(flat.max(axis=0) - high, 0.0)
    # What is larger than the room stands out of it to both sides.
    larger = flat.max(axis=0) - flat.min(axis=0) > high - low
    x, z = np.where(larger, -(before + beyond) / 2, -(before + beyond))
    return np.array([x, 0.0, z], dtype=np.float32)


def sigma_along_axes(hand: Hand) -> np.ndarray:
    """Standard deviations (21, 3) float32, metres, along the view axes: across the picture, in depth, across.

    A hand knows the one in the picture, in pixels, and the root mean square of all three axes, in metres. The
    pixels are taken as metres at the hand's middle: within some percent of what they are at each joint.
    """
    flat = hand.joints_2d - hand.joints_2d.mean(axis=0)
    space = hand.joints_3d[:, :2] - hand.joints_3d[:, :2].mean(axis=0)
    metres_per_pixel = abs(np.vdot(space, flat)) / max(float(np.vdot(flat, flat)), 1e-9)
    across = hand.sigma_2d * metres_per_pixel
    depth = np.sqrt(np.maximum(3 * np.square(hand.sigma_3d) - 2 * np.square(across), 0.0))
    return np.stack([across, depth, across], axis=-1).astype(np.float32)


def position_words(hand: Hand, mirrored: bool) -> str:
    """Such as "x +4  y +11  z 44 ± 3 cm", with x to the right in the picture as it is shown."""
    if hand.wrist_position is None or hand.sigma_position is None:
        return ""
    x, y, z = (hand.wrist_position * 100).tolist()
    words = translate("SkeletonView", "x {x:+.0f}  y {y:+.0f}  z {z:.0f} ± {sigma:.0f} cm").format(
        x=-x if mirrored else x, y=y, z=z, sigma=100 * hand.sigma_position[2]
    )
    return words.replace("-", "\N{MINUS SIGN}")


def floor_lines(hands: int = 1) -> np.ndarray:
    """Segments (N, 2, 3) of the floor's grid, metres, wide enough for so many hands."""
    steps = round(FLOOR_HALF_SIZE / FLOOR_STEP)
    wide_steps = steps + round(max(hands - 1, 0) * SLOT_SPACING / 2 / FLOOR_STEP)
    wide, deep = wide_steps * FLOOR_STEP, steps * FLOOR_STEP
    along = [
        [[x, -deep, FLOOR_HEIGHT], [x, deep, FLOOR_HEIGHT]]
        for x in np.arange(-wide_steps, wide_steps + 1) * FLOOR_STEP
    ]
    across = [
        [[-wide, y, FLOOR_HEIGHT], [wide, y, FLOOR_HEIGHT]] for y in np.arange(-steps, steps + 1) * FLOOR_STEP
    ]
    return np.array(along + across, dtype=np.float32)


def floor_shadow(joints: np.ndarray) -> np.ndarray:
    """Joints (21, 3) dropped straight down to the floor."""
    shadow = joints.copy()
    shadow[:, 2] = FLOOR_HEIGHT
    return shadow


@dataclass(frozen=True, slots=True)
class OrbitCamera:
    """A camera that circles a centre; angles in degrees, distance in metres.

    azimuth -90 and elevation 0 look along +y, as the real camera does.
    """

    azimuth: float = -90.0
    elevation: float = 0.0
    distance: float = DEFAULT_DISTANCE[1]
    centre: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0))

    def orbited(self, right: float, up: float) -> OrbitCamera:
        """The camera after the scene was dragged right and up by so many degrees."""
        elevation = min(max(self.elevation - up, -89.0), 89.0)
        return replace(self, azimuth=self.azimuth - right, elevation=elevation)

    def zoomed(self, factor: float) -> OrbitCamera:
        """The camera at its distance times factor, within what still shows a hand."""
        return replace(self, distance=min(max(self.distance * factor, 0.15), 2.5))

    def axes(self) -> np.ndarray:
        """Rows (3, 3): the camera's right, up and forward directions in view axes."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        forward = -np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])
        right = np.array([-math.sin(a), math.cos(a), 0.0])
        return np.stack([right, np.cross(right, forward), forward])

    def position(self) -> np.ndarray:
        """Where the camera stands (3,), metres."""
        return np.asarray(self.centre) - self.distance * self.axes()[2]

    def project(self, points: np.ndarray, width: float, height: float) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (N, 2) of points (N, 3) in a view of that size, and pixels per metre (N,) there.

        A point nearer than a centimetre, or behind the camera, is taken as a centimetre away.
        """
        seen = (points - self.position()) @ self.axes().T
        depth = np.maximum(seen[:, 2], 0.01)
        scale = focal_pixels(width, height) / depth
        return np.column_stack([width / 2 + seen[:, 0] * scale, height / 2 - seen[:, 1] * scale]), scale


def focal_pixels(width: float, height: float) -> float:
    """Focal length in pixels of a view of that size."""
    return min(width, height) / 2 / math.tan(math.radians(FIELD_OF_VIEW) / 2)


def horizontal_field_of_view(width: float, height: float) -> float:
    """Degrees across the width of a view of that size."""
    return math.degrees(2 * math.atan(width / 2 / focal_pixels(width, height)))


def default_camera(hands: int) -> OrbitCamera:
    """What the camera sees, from far enough for so many hands."""
    spread = max(hands, 1)
    return OrbitCamera(distance=DEFAULT_DISTANCE.get(spread, 0.4 + 0.24 * spread))
