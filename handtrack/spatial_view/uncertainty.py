"""How unsure joints are: the ellipsoid of one standard deviation about each, as three rings."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.spatial_view.bones import side_colours
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Lines

_CORNERS: Final = 28


def ellipsoid_axes(hands: SpatialHands) -> np.ndarray:
    """Maps (N, 21, 3, 3) of the unit ball to each joint's ellipsoid of one sigma, which lies on its ray."""
    rays = hands.joints / np.linalg.norm(hands.joints, axis=-1, keepdims=True)
    outer = rays[..., :, None] * rays[..., None, :]
    across, along = hands.across[..., None, None], hands.along[..., None, None]
    return across * (np.eye(3) - outer) + along * outer


def ellipsoid_rings(hands: SpatialHands) -> Lines:
    """Three rings of every joint's ellipsoid: two that hold its ray, and one square to it."""
    turn = np.linspace(0, 2 * np.pi, _CORNERS + 1)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    rays = (hands.joints / np.linalg.norm(hands.joints, axis=-1, keepdims=True)).reshape(-1, 3)
    if not len(rays):
        return Lines(np.zeros((0, 2, 3)), np.zeros((0, 3)))
    from handtrack.spatial_view.bones import frames_along

    frames = frames_along(rays)
    planes = frames[:, [[1, 0], [1, 2], [0, 2]]]
    unit = np.einsum("ci,kpij->kpcj", circle, planes)
    rings = np.einsum("kpcj,kij->kpci", unit, ellipsoid_axes(hands).reshape(-1, 3, 3))
    rings += hands.joints.reshape(-1, 1, 1, 3)
    ends = np.stack([rings[:, :, :-1], rings[:, :, 1:]], axis=3).reshape(-1, 2, 3)
    return Lines(ends, np.repeat(side_colours(hands), len(ends) // len(hands), axis=0))
