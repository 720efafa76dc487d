"""The way that chosen joints have come: tubes in their fingers' colours that thin and fade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from handtrack.exports.motion import GAP_S
from handtrack.skeleton import joint_colours_rgb
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Colour, Mesh, joined_meshes, painted
from handtrack.spatial_view.skin import capsules

TRAIL_S: Final = 1.5
"""Seconds that a trail goes back."""
_RADIUS: Final = 0.0028


def trails(past: SpatialHands, now: float, joints: Sequence[int], background: Colour) -> Mesh:
    """Tubes along the way of each track's joints until now.

    past: hands of any tracks and times, in their order. Where a hand was not seen for longer than an export
    passes over, its trail is broken.
    """
    recent = past.between(now - TRAIL_S, now)
    parts = []
    for track in np.unique(recent.track_id):
        hands = recent[recent.track_id == track]
        near = np.flatnonzero((np.diff(hands.time) <= GAP_S) & (np.diff(hands.time) > 0))
        for joint in joints if len(near) else ():
            parts.append(_tube(hands, near, joint, now, background))
    return joined_meshes(parts)


def _tube(hands: SpatialHands, near: np.ndarray, joint: int, now: float, background: Colour) -> Mesh:
    fresh = 1 - (now - hands.time) / TRAIL_S
    thick = _RADIUS * (0.25 + 0.75 * fresh)
    places = hands.joints[:, joint]
    points, normals, triangles = capsules(
        places[near], places[near + 1], thick[near], thick[near + 1], around=8, cap_rings=3
    )
    share = (0.15 + 0.85 * fresh[near + 1])[:, None]
    colours = share * joint_colours_rgb()[joint] / 255 + (1 - share) * np.asarray(background)
    return painted(points, normals, triangles, colours)
