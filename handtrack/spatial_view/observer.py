"""Where the person who looks stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.geometry import Intrinsics
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.scenery import Frustum

_FIELD_OF_VIEW: Final = 38.0
"""Degrees across the smaller side of the view."""
_FILLED: Final = 0.94
"""Share of the view that what is to be seen fills."""


@dataclass(frozen=True, slots=True)
class Pose:
    """A pinhole camera that looks at the scene.

    turn: (3, 3), rows are its right, down and forward directions. eye: (3,) metres. size: width and height
    of the view, pixels. focal: pixels.
    """

    turn: np.ndarray
    eye: np.ndarray
    size: tuple[int, int]
    focal: float

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (N, 2) of points (N, 3), pixel centres at whole numbers."""
        seen = (points - self.eye) @ self.turn.T
        return self.focal * seen[:, :2] / seen[:, 2:] + (np.array(self.size) - 1) / 2

    def extrinsic(self) -> np.ndarray:
        """From the scene's axes to the view's (4, 4)."""
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = self.turn, -self.turn @ self.eye
        return matrix


def looking_at(
    centre: np.ndarray, points: np.ndarray, size: tuple[int, int], azimuth: float, elevation: float
) -> Pose:
    """The nearest pose from which a middle and points (N, 3) about it can all be seen.

    azimuth: degrees to the right of the camera's own direction. elevation: degrees above it.
    """
    a, e = math.radians(azimuth), math.radians(elevation)
    forward = np.array([-math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])
    right = np.array([math.cos(a), 0.0, math.sin(a)])
    turn = np.stack([right, np.cross(forward, right), forward])
    focal = min(size) / 2 / math.tan(math.radians(_FIELD_OF_VIEW) / 2)
    seen = (points - centre) @ turn.T
    reach = np.abs(seen[:, :2]) * focal / (_FILLED * np.array(size) / 2) - seen[:, 2:]
    return Pose(turn, centre - max(float(reach.max()), 0.05) * forward, size, focal)


def observer(
    frustum: Frustum,
    hands: SpatialHands,
    size: tuple[int, int],
    azimuth: float = 40.0,
    elevation: float = 22.0,
    zoom: float = 1.0,
) -> Pose:
    """Somebody beside the camera and above it, who sees all that it sees.

    zoom: so many times nearer, and the nearer, the more they look at the hands.
    """
    corners = frustum.corners()
    points = np.concatenate([corners, 0.3 * corners])
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    pose = looking_at(centre, points, size, azimuth, elevation)
    aim = centre
    if len(hands) and zoom > 1:
        aim = centre + (1 - 1 / zoom) * (hands.joints.mean(axis=(0, 1)) - centre)
    return Pose(pose.turn, aim + (pose.eye - centre) / zoom, size, pose.focal)


def through_camera(camera: Intrinsics, picture: tuple[int, int], size: tuple[int, int]) -> Pose:
    """The camera's own view, in which its picture just fits."""
    scale = min(size[0] / picture[0], size[1] / picture[1])
    return Pose(np.eye(3), np.zeros(3), size, camera.focal * scale)
