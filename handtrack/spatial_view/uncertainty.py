"""How unsure joints are: in the place of each joint the ellipsoid of one standard deviation."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.exports.solids import ball
from handtrack.spatial_view.bones import side_colours
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Mesh, painted

_LEAST: Final = 5e-4
"""Half a millimetre: the smallest half-axis that is drawn."""
_MOST: Final = 0.1


def ellipsoid_axes(hands: SpatialHands) -> np.ndarray:
    """Maps (N, 21, 3, 3), metres, of the unit ball to each joint's ellipsoid of one sigma.

    They are symmetric; the joint's ray from the camera is one axis, and about it all directions are alike.
    """
    rays = hands.joints / np.linalg.norm(hands.joints, axis=-1, keepdims=True)
    outer = rays[..., :, None] * rays[..., None, :]
    across, along = (np.clip(half, _LEAST, _MOST)[..., None, None] for half in (hands.across, hands.along))
    return across * (np.eye(3) - outer) + along * outer


def ellipsoids(hands: SpatialHands) -> Mesh:
    """Every joint's ellipsoid of one sigma as a solid."""
    _, unit, triangles = ball(1.0, around=20, rings=13)
    axes = ellipsoid_axes(hands).reshape(-1, 3, 3)
    points = np.einsum("vi,kij->kvj", unit, axes) + hands.joints.reshape(-1, 1, 3)
    normals = np.einsum("vi,kij->kvj", unit, np.linalg.inv(axes))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    colours = np.repeat(side_colours(hands), hands.joints.shape[1], axis=0)
    return painted(points, normals, triangles, colours)
