"""A hand's surface: the hull of a ball at each joint and its neighbour's, and of three about the palm.

Sphere-meshes as in Tkach, Pauly and Tagliasacchi 2016, "Sphere-Meshes for Real-Time Hand Modeling and
Tracking": fingers are capsules that get thinner, the palm is made of wedges, and all of them overlap.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from handtrack.geometry import DEFAULT_PALM_LENGTH_M, palm_scale
from handtrack.skeleton import BONES, INDEX_MCP, JOINT_COUNT, LITTLE_MCP, WRIST
from handtrack.spatial_view.bones import frames_along, side_colours
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Mesh, joined_meshes, painted

RADII: Final = np.array(
    [20, 15, 12, 10, 8, 12, 9.5, 8.5, 7, 12, 9.5, 8.5, 7, 12, 9, 8, 6.5, 11, 8, 7, 6, 14], np.float64
) * (1e-3 / DEFAULT_PALM_LENGTH_M)
"""How thick a hand is at each joint and at the heel, half of it, as a share of the palm's length."""
_HEEL: Final = JOINT_COUNT
"""A ball that is no joint: the flesh between the wrist and the little finger."""
_CAPSULES: Final = np.array([*BONES, (5, 9), (9, 13), (13, 17), (WRIST, _HEEL), (_HEEL, LITTLE_MCP)])
_WEDGES: Final = np.array([(0, 5, 9), (0, 9, 13), (0, 13, 17), (0, 1, 5), (WRIST, LITTLE_MCP, _HEEL)])
# Two triangles of a wedge, far from each other, and the three sides between them.
_PRISM: Final = np.array([(0, 1, 2), (5, 4, 3), *((a, a + 3, b) for a, b in ((0, 1), (1, 2), (2, 0)))])
_PRISM_SIDES: Final = np.array([(b, a + 3, b + 3) for a, b in ((0, 1), (1, 2), (2, 0))])
_PRISM_TRIANGLES: Final = np.concatenate([_PRISM, _PRISM_SIDES])


def skin_hands(hands: SpatialHands) -> Mesh:
    """The surfaces of all hands as one mesh; each is as thick as its palm is long."""
    if not len(hands):
        return joined_meshes([])
    palms = np.array([palm_scale(joints) for joints in hands.joints])
    radii = RADII * palms[:, None]
    colours = side_colours(hands)
    centres = np.concatenate([hands.joints, _heels(hands.joints)[:, None]], axis=1)
    points, normals, triangles = capsules(*_pairs(centres, _CAPSULES), *_pairs(radii, _CAPSULES))
    solid = painted(points, normals, triangles, np.repeat(colours, len(_CAPSULES), axis=0))
    corners = centres[:, _WEDGES].reshape(-1, 3, 3)
    points, normals = wedges(corners, radii[:, _WEDGES].reshape(-1, 3))
    normals = _rounded(normals.reshape(len(hands), -1, 3)).reshape(points.shape)
    palm = painted(points, normals, _PRISM_TRIANGLES, np.repeat(colours, len(_WEDGES), axis=0))
    return joined_meshes([solid, palm])


def capsules(
    starts: np.ndarray,
    ends: np.ndarray,
    start_radii: np.ndarray,
    end_radii: np.ndarray,
    *,
    around: int = 20,
    cap_rings: int = 5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points and normals (K, V, 3) of the hulls of two balls each, and the triangles (F, 3) of one.

    starts, ends: (K, 3) centres. start_radii, end_radii: (K,). around, cap_rings: corners of a ring, and
    rings of each ball.
    """
    along = ends - starts
    lengths = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    # Where the straight side touches a ball, its normal has this angle to the axis.
    side = np.arccos(np.clip((start_radii - end_radii) / lengths, -1, 1))[:, None]
    share = np.linspace(0, 1, cap_rings)
    angles = np.concatenate([side * share, side + (np.pi - side) * share], axis=1)[..., None]
    radii = np.repeat(np.stack([end_radii, start_radii], axis=1), cap_rings, axis=1)[..., None, None]
    centres = np.repeat(np.stack([ends, starts], axis=1), cap_rings, axis=1)[:, :, None]
    turn = np.linspace(0, 2 * np.pi, around + 1)
    rings = np.stack(
        [
            np.sin(angles) * np.sin(turn),
            np.broadcast_to(np.cos(angles), (*angles.shape[:2], len(turn))),
            np.sin(angles) * np.cos(turn),
        ],
        axis=-1,
    )
    normals = np.einsum("krti,kij->krtj", rings, frames_along(along))
    points = centres + radii * normals
    return (
        points.reshape(len(along), -1, 3),
        normals.reshape(len(along), -1, 3),
        _ring_triangles(around, 2 * cap_rings),
    )


def wedges(corners: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals (K, 6, 3) of what lies between the two planes that touch three balls each.

    corners: (K, 3, 3) centres. radii: (K, 3).
    """
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = np.cross(first, second)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    # A touching plane's normal n has n . (c1 - c0) = r0 - r1, and so on; the rest of it lies across.
    edges = np.stack([first, second, across], axis=1)
    wanted = np.stack([radii[:, 0] - radii[:, 1], radii[:, 0] - radii[:, 2], np.zeros(len(radii))], axis=1)
    flat = np.all(np.abs(np.linalg.det(edges))[:, None] < 1e-12, axis=1)
    edges[flat] = np.eye(3)
    inside = np.linalg.solve(edges, wanted[..., None])[..., 0]
    length = np.square(inside).sum(axis=1, keepdims=True)
    # Balls that swallow each other have no such plane: what is between them needs none.
    inside[(length[:, 0] > 1) | flat] = 0
    rest = np.sqrt(1 - np.square(inside).sum(axis=1, keepdims=True))
    sides = np.stack([inside + rest * across, inside - rest * across], axis=1)
    points = corners[:, None] + radii[:, None, :, None] * sides[:, :, None]
    normals = np.broadcast_to(sides[:, :, None], points.shape)
    return points.reshape(-1, 6, 3), normals.reshape(-1, 6, 3)


def _heels(joints: np.ndarray) -> np.ndarray:
    """Middles (N, 3) of the heels of hands (N, 21, 3): up the palm's outer edge, and out from it."""
    wrist, little, index = (joints[:, joint] for joint in (WRIST, LITTLE_MCP, INDEX_MCP))
    return wrist + 0.25 * (little - wrist) + 0.2 * (little - index)


def _rounded(normals: np.ndarray) -> np.ndarray:
    """Normals (N, W * 6, 3) of hands' wedges, each the mean of all on its side of its ball.

    So the palm takes light as one rounded surface, not as plates.
    """
    # All wedges go round the palm in one sense: their first sides are one side of the hand.
    corner = np.stack([2 * _WEDGES, 2 * _WEDGES + 1], axis=1).reshape(-1)
    same = (corner[:, None] == corner).astype(np.float64)
    mean = np.einsum("ij,njk->nik", same, normals)
    return mean / np.maximum(np.linalg.norm(mean, axis=-1, keepdims=True), 1e-9)


def _pairs(values: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each hand's values (N, 21, ...), those of the first and of the second joint of each pair."""
    rest = values.shape[2:]
    return values[:, pairs[:, 0]].reshape(-1, *rest), values[:, pairs[:, 1]].reshape(-1, *rest)


@functools.cache
def _ring_triangles(around: int, rings: int) -> np.ndarray:
    start = (np.arange(rings - 1)[:, None] * (around + 1) + np.arange(around)).reshape(-1)
    below = start + around + 1
    upper = np.stack([start, below, start + 1], axis=1)
    lower = np.stack([start + 1, below, below + 1], axis=1)
    # At the poles every other triangle is but a line.
    return np.concatenate([upper[around:], lower[:-around]])
