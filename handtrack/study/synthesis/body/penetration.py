"""How deep a posed hand's flesh lies inside itself.

The hand is filled with some two hundred balls that touch its skin from inside (centres on the medial axis); a
point of skin inside a ball of another part is that far inside the flesh. Both hang on the same bones as the
skin. Source of the balls: Ma et al., "3D medial axis point approximation using nearest neighbors and the
normal field" (2012).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handtrack.hand import read_only
from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.mesh import MESH_COUNT, HandMesh, vertex_normals
from handtrack.study.synthesis.body.rig import articulate, carry
from handtrack.study.synthesis.body.subjects import Subject

TOLERANCE: Final = 0.0045
"""Metres, for a hand of the mesh's size: two parts that press on each other give way by about 2 mm each."""

_COVER = 0.0015  # metres of flesh below the skin that the balls may leave out
_LARGEST_RADIUS = 0.03
_SAME_FLESH = 0.007  # metres: what is closer than this at rest does not count as two parts
_ARM_START = 0.02  # metres below the wrist joint: the arm never touches the hand


@dataclass(frozen=True, slots=True, eq=False)
class _Flesh:
    """Skin points and inner balls of the resting right hand.

    points: (P + B, 3), the skin points before the balls' centres, metres; weights: (P + B, 26).
    radii: (B,), metres. apart: (P, B) bool, whether a point and a ball are two parts of the hand.
    tested: (P,), vertices that are the points; touched: (B,), those that the balls touch.
    """

    points: np.ndarray
    weights: np.ndarray
    radii: np.ndarray
    apart: np.ndarray
    tested: np.ndarray
    touched: np.ndarray


def penetration(mesh: HandMesh, subject: Subject, pose: HandPose) -> float:
    """Greatest depth in metres of skin inside the flesh of another part; 0 where no parts touch."""
    return float(depths(mesh, subject, pose).max())


def is_possible(mesh: HandMesh, subject: Subject, pose: HandPose) -> bool:
    """Whether the hand lies inside itself by no more than TOLERANCE, taken at the subject's size."""
    return penetration(mesh, subject, pose) <= TOLERANCE * subject.scale


def depths(mesh: HandMesh, subject: Subject, pose: HandPose) -> np.ndarray:
    """Depth (P,) in metres of each tested point of skin inside another part; 0 outside."""
    flesh = _flesh(mesh)
    bones = articulate(mesh, subject, pose)
    moved = carry(mesh, bones, flesh.points, flesh.weights)
    count = len(flesh.apart)
    points, balls = moved[:count], moved[count:]
    # A ball grows with the flesh around it.
    size = np.cbrt(np.abs(np.linalg.det(bones.linear)))
    radii = flesh.radii * (flesh.weights[count:] @ size)
    points, balls = points.astype(np.float32), balls.astype(np.float32)
    squared = points @ (-2.0 * balls.T)
    squared += (points**2).sum(axis=1)[:, None]
    squared += (balls**2).sum(axis=1) - (radii**2).astype(np.float32)
    depth = np.zeros(count)
    # Many times faster than numpy.nonzero in two dimensions.
    point, ball = divmod(np.flatnonzero((squared < 0.0) & flesh.apart), squared.shape[1])
    inside = radii[ball] - np.linalg.norm(moved[point] - moved[count + ball], axis=1)
    np.maximum.at(depth, point, inside)
    return depth


@functools.lru_cache(maxsize=2 * MESH_COUNT)
def _flesh(mesh: HandMesh) -> _Flesh:
    rest = mesh.rest.astype(np.float64)
    normals = vertex_normals(rest, mesh.faces, mesh.gather)
    if mesh.original is not None:
        # A person's balls touch the same vertices as the mean one's, so that they need not be chosen anew.
        mean = _flesh(mesh.original)
        centres, radii = _inner_balls(rest[mean.touched], normals[mean.touched], rest)
        points = np.concatenate([rest[mean.tested], centres])
        return replace(mean, points=read_only(points), radii=read_only(radii))
    # Every fourth vertex or so: those that the control points were moved to.
    tested = np.flatnonzero(rest[: len(mesh.cage), 1] < _ARM_START)
    centres, radii = _inner_balls(rest[tested], normals[tested], rest)
    chosen = _covering(rest[tested], centres, radii)
    weights = (mesh.smooth @ mesh.weights)[tested]
    gaps = np.linalg.norm(rest[tested][:, None] - centres[chosen], axis=2) - radii[chosen]
    segments = _segments(weights)
    neighbours = np.abs(segments[:, None] - segments[chosen]) <= 1
    neighbours &= segments[:, None] // 10 == segments[chosen] // 10
    return _Flesh(
        points=read_only(np.concatenate([rest[tested], centres[chosen]])),
        weights=read_only(np.concatenate([weights, weights[chosen]])),
        radii=read_only(radii[chosen]),
        apart=read_only((gaps > _SAME_FLESH) & ~neighbours),
        tested=read_only(tested),
        touched=read_only(tested[chosen]),
    )


def _segments(weights: np.ndarray) -> np.ndarray:
    """Number (N,) of the bone that holds most of each point: ten times the finger plus the place along it."""
    numbers = np.array([0, 11, 12, 13, 14, *(10 * f + k for f in (2, 3, 4, 5) for k in range(5)), 0])
    # The palm is one segment: the fingers' metacarpals count as bone 0.
    numbers[[5, 10, 15, 20]] = 0
    return numbers[weights.argmax(axis=1)]


def _inner_balls(points: np.ndarray, normals: np.ndarray, skin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre (N, 3) and radius (N,) of the largest ball inside the skin (V, 3) that touches each point."""
    from scipy.spatial import cKDTree

    tree = cKDTree(skin)
    radii = np.full(len(points), _LARGEST_RADIUS)
    for _ in range(12):
        centres = points - normals * radii[:, None]
        distance, nearest = tree.query(centres)
        reach = points - skin[nearest]
        smaller = (reach**2).sum(axis=1) / np.maximum(2.0 * (reach * normals).sum(axis=1), 1e-9)
        radii = np.where(distance < radii - 1e-5, np.minimum(smaller, radii), radii)
    return points - normals * radii[:, None], radii


def _covering(points: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Indices of balls, the most useful first, that together come within _COVER of all points."""
    distance = np.linalg.norm(points[:, None] - centres, axis=2) - radii
    covers = distance < np.maximum(_COVER, distance.min(axis=1) + 1e-6)[:, None]
    chosen = []
    left = np.ones(len(points), dtype=bool)
    while left.any():
        best = int(covers[left].sum(axis=0).argmax())
        chosen.append(best)
        left &= ~covers[:, best]
    return np.array(chosen)
