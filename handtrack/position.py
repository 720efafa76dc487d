"""Where in space a hand is: its wrist's place before the camera, in metres, and how sure that is.

One camera sees only how large a hand looks, so all of this hangs on two numbers of the settings. A palm that
is p % longer than `tracker.palm_length` is p % farther in x, y and z. The camera's field of view counts for
z, which is proportional to the focal length in pixels, and hardly for x and y.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from handtrack.geometry import Intrinsics, palm_scale_slope
from handtrack.hand import Hand, read_only
from handtrack.skeleton import WRIST

SIGMA_FACTOR: Final = 1.4
"""By how much the distance is less sure than the joints' own sigmas say, which do not know that joints err
together and that palms differ in shape. Fitted on rendered hands: `handtrack evaluate --rendered` prints what
it should be multiplied by ("σ fits x")."""
_CONTRADICTION: Final = 2.0
"""Smoothed joints that say a distance so many times the seen one, or one part of it, belong to two poses."""


def with_position(hand: Hand, intrinsics: Intrinsics) -> Hand:
    """The hand with its `wrist_position` and `sigma_position`, as its joints say in that camera."""
    distance = wrist_distance(hand.joints_2d, hand.joints_3d, intrinsics)
    seen = wrist_distance(hand.raw_joints_2d, hand.raw_joints_3d, intrinsics)
    # Where a hand turned over within a frame, its smoothed shape and pixels are of two poses.
    if not seen / _CONTRADICTION < distance < seen * _CONTRADICTION:
        distance = seen
    position = wrist_position(hand.joints_2d, distance, intrinsics)
    sigma = position_sigma(position, hand.joints_3d, hand.sigma_2d, hand.sigma_3d, intrinsics.focal)
    return replace(
        hand, wrist_position=read_only(position, np.float32), sigma_position=read_only(sigma, np.float32)
    )


def wrist_distance(joints_2d: np.ndarray, joints_3d: np.ndarray, intrinsics: Intrinsics) -> float:
    """Metres along z at which joints (21, 3), metres, wrist at the origin, look like joints (21, 2), pixels.

    By least squares over all joints; exact for what `geometry.lift_to_metres` made of these pixels. From
    smoothed joints it follows the hand as they do: it needs no filter of its own.
    """
    rays = (joints_2d - intrinsics.centre) / intrinsics.focal
    # A joint at (x, y, z) from a wrist at (a, b, d) is seen where ray * (z + d) = (x, y) + (a, b).
    known = rays * joints_3d[:, 2:] - joints_3d[:, :2]
    rays -= rays.sum(axis=0) / len(rays)
    return -float(np.vdot(rays, known) / np.vdot(rays, rays))


def wrist_position(joints_2d: np.ndarray, distance: float, intrinsics: Intrinsics) -> np.ndarray:
    """The wrist (3,) on its ray, at that distance along z, in camera axes."""
    x, y = (joints_2d[WRIST] - intrinsics.centre) / intrinsics.focal
    return np.array([x * distance, y * distance, distance])


def position_sigma(
    position: np.ndarray, joints_3d: np.ndarray, sigma_2d: np.ndarray, sigma_3d: np.ndarray, focal: float
) -> np.ndarray:
    """One standard deviation (3,) of a wrist's position (3,) along each axis, metres.

    It holds what the joints' own sigmas (21,) in pixels and metres do to the hand's size in the picture. It
    does not hold what is wrong with the palm's length and the camera's field of view.
    """
    x, y, distance = position.tolist()
    across = np.square(sigma_2d * (distance / focal))
    along = np.maximum(3 * np.square(sigma_3d) - 2 * across, 0.0)
    slope = palm_scale_slope(joints_3d)
    # Depth moves a joint along the direction in which the camera sees the hand, which is not always z.
    middle = position + joints_3d.sum(axis=0) / len(joints_3d)
    slope_along = np.square(slope @ middle) / (middle @ middle)
    variance = np.einsum("ij,ij,i", slope, slope, across) + slope_along @ (along - across)
    relative = SIGMA_FACTOR * math.sqrt(max(variance, 0.0))
    # Sideways, the wrist's own pixels count too.
    wrist = math.sqrt(across[WRIST])
    return np.array([math.hypot(wrist, x * relative), math.hypot(wrist, y * relative), distance * relative])
