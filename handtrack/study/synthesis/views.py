"""How a camera sees a hand: turned any way, near or far, anywhere in the frame, mostly as webcams do."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from handtrack.geometry import Intrinsics
from handtrack.hand import read_only
from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.datasets.sample import project

ViewKind = Literal["webcam", "sphere", "side", "end_on", "planned"]
VIEW_SHARES: Final[dict[ViewKind, float]] = {"webcam": 0.57, "sphere": 0.28, "side": 0.08, "end_on": 0.07}

STRAIGHT_ARM: Final = np.array([0.0, 1.0, 0.0])
EDGE_SHARE: Final = 0.04
"""Share of hands that the frame's border cuts."""
FRAME_SIZES: Final = ((640, 480), (1280, 720), (640, 360), (960, 540), (480, 640))
_FRAME_SHARES: Final = (0.35, 0.3, 0.15, 0.1, 0.1)
_FIELDS_OF_VIEW: Final = (50.0, 88.0)  # degrees over the longer side: laptops to wide webcams
_DISTANCES: Final = (0.25, 0.75)  # metres
_LARGEST: Final = 0.85  # of the frame's smaller side: nearer hands are moved away
_LEAST_INSIDE: Final = 0.6  # of the joints, where the border cuts a hand
_ARM_PALMS: Final = 5.5  # length of the rendered forearm over the palm's
_ARM_TO_CAMERA: Final = 0.75  # cosine beyond which the forearm would hide its own hand


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A hand before a camera.

    rotation: (3, 3), hand space to camera axes. position: (3,) metres, the wrist in camera space.
    camera: (3, 3) matrix of the frame's camera, pixels. size: width and height of the frame, pixels.
    """

    kind: ViewKind
    rotation: np.ndarray
    position: np.ndarray
    camera: np.ndarray
    size: tuple[int, int]

    def place(self, points: np.ndarray) -> np.ndarray:
        """Points (N, 3) of hand space in camera space, metres."""
        return points @ self.rotation.T + self.position


def random_view(
    rng: np.random.Generator,
    joints: np.ndarray,
    arm: np.ndarray = STRAIGHT_ARM,
    kind: ViewKind | None = None,
    turn: Callable[[np.random.Generator], np.ndarray] | None = None,
) -> View:
    """A view of the hand with these joints (21, 3), metres, in hand space; of a random kind if none is given.

    arm: (3,) unit vector from the wrist to the elbow in hand space. No view looks along the arm to the hand.
    turn: draws rotations of a planned view, in the place of a kind's.
    """
    if turn is not None:
        kind = "planned"
    elif kind is None:
        kind = list(VIEW_SHARES)[rng.choice(len(VIEW_SHARES), p=list(VIEW_SHARES.values()))]
    draw = turn or functools.partial(random_rotation, kind=kind)
    size = FRAME_SIZES[rng.choice(len(FRAME_SIZES), p=_FRAME_SHARES)]
    camera = camera_matrix(size, float(rng.uniform(*_FIELDS_OF_VIEW)))
    rotation = draw(rng)
    while -(rotation @ arm)[2] > _ARM_TO_CAMERA:
        rotation = draw(rng)
    turned = joints @ rotation.T
    middle = (turned.min(axis=0) + turned.max(axis=0)) / 2
    turned = turned - middle
    distance = math.exp(rng.uniform(*np.log(_DISTANCES)))
    reach = float(np.ptp(turned[:, :2], axis=0).max())
    distance = max(distance, camera[0, 0] * reach / (_LARGEST * min(size)), 0.15 - float(turned[:, 2].min()))
    cut = bool(rng.random() < EDGE_SHARE)
    palm = float(np.linalg.norm(joints[MIDDLE_MCP] - joints[WRIST]))
    elbow = turned[WRIST] + _ARM_PALMS * palm * (rotation @ arm)
    position = _place_in_frame(rng, turned, elbow, distance, camera, size, cut) - middle
    return View(kind, read_only(rotation), read_only(position), read_only(camera), size)


def camera_matrix(size: tuple[int, int], degrees: float) -> np.ndarray:
    """Matrix (3, 3) of a camera whose longer side spans the angle."""
    intrinsics = Intrinsics.from_field_of_view(*size, degrees)
    width, height = size
    # Pixel centres lie at whole numbers.
    return np.array(
        [
            [intrinsics.focal, 0.0, (width - 1) / 2],
            [0.0, intrinsics.focal, (height - 1) / 2],
            [0.0, 0.0, 1.0],
        ]
    )


def random_rotation(rng: np.random.Generator, kind: ViewKind) -> np.ndarray:
    """Rotation (3, 3) from hand space to camera axes; unturned, the palm faces the camera, fingers up."""
    if kind == "sphere":
        return _quaternion_matrix(rng.normal(size=4))
    roll = rng.normal(0, 25)
    if kind == "webcam":
        back = 180.0 if rng.random() < 0.35 else 0.0
        return euler(back + rng.normal(0, 34), rng.normal(0, 22), roll)
    if kind == "side":
        side = 90.0 if rng.random() < 0.5 else -90.0
        return euler(side + rng.normal(0, 15), rng.normal(0, 30), roll)
    # Fingers towards the camera, or away from it as one sees one's own hand.
    pitch = rng.normal(85, 20) if rng.random() < 0.75 else rng.normal(-45, 10)
    return euler(rng.uniform(-180, 180), pitch, roll)


def euler(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Rotation (3, 3): yaw about the hand's length, pitch (fingers to the camera), then roll; degrees."""
    y, p, r = np.radians((yaw, pitch, roll))
    turn_y = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    turn_x = np.array([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
    turn_z = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    return turn_z @ turn_x @ turn_y


def _quaternion_matrix(q: np.ndarray) -> np.ndarray:
    w, x, y, z = q / np.linalg.norm(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def _place_in_frame(
    rng: np.random.Generator,
    points: np.ndarray,
    elbow: np.ndarray,
    distance: float,
    camera: np.ndarray,
    size: tuple[int, int],
    cut: bool,
) -> np.ndarray:
    """Camera-space place (3,) of the middle of points (21, 3): in the frame, or cut by its border.

    The forearm ends at the elbow (3,), and nobody's does in mid-air: that place is out of view if it can be.
    """
    extent = np.ptp(points[:, :2], axis=0) * camera[0, 0] / distance
    room = np.maximum(np.asarray(size) - 1.05 * extent, 0) / 2
    for attempt in range(30):
        spread = room + 0.5 * extent if cut else room
        # People hold their hands nearer to the middle than to the border.
        pixel = camera[:2, 2] + rng.triangular(-1, 0, 1, 2) * spread
        ray = np.append((pixel - camera[:2, 2]) / camera[0, 0], 1.0)
        seen = project(points + ray * distance, camera)
        inside = np.asarray(((seen >= 0) & (seen <= np.asarray(size) - 1)).all(axis=1))
        palm_inside = bool(inside[WRIST] or inside[MIDDLE_MCP])
        good = inside.mean() >= _LEAST_INSIDE and palm_inside and not inside.all() if cut else inside.all()
        if good and (attempt >= 20 or not _seen(elbow + ray * distance, camera, size)):
            return ray * distance
    return np.array([0.0, 0.0, distance])


def _seen(point: np.ndarray, camera: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether a point (3,) in camera space lies in the frame."""
    if point[2] <= 0:
        return False
    x, y = project(point[None], camera)[0]
    return bool(0 <= x < size[0] and 0 <= y < size[1])
