"""The arm below the mesh's cut wrist: a closed tube of natural taper, joined to the mesh without a seam.

A hand that ends at the wrist is not found by hand detectors and is never seen in a picture. The tube runs
straight on from the wrist, over the length of a forearm and, as an outstretched arm, beyond the elbow.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.study.synthesis.body.smooth_step import smooth_step

ARM_LENGTH: Final = 0.55
"""Metres from the wrist joint to the closed end, for a hand of the mesh's own size."""

# Distance from the wrist joint, half breadth and half depth, metres.
# After ANSUR II: wrist 56 x 40 mm, largest girth of the forearm 27 cm, 6 cm below the elbow.
_RINGS = np.array(
    [
        (0.030, 0.0265, 0.0195),
        (0.042, 0.0275, 0.0205),
        (0.060, 0.0290, 0.0225),
        (0.085, 0.0315, 0.0260),
        (0.115, 0.0355, 0.0305),
        (0.150, 0.0400, 0.0355),
        (0.185, 0.0432, 0.0400),
        (0.215, 0.0438, 0.0422),
        (0.245, 0.0415, 0.0420),
        (0.275, 0.0400, 0.0410),
        (0.320, 0.0415, 0.0435),
        (0.400, 0.0450, 0.0475),
        (0.480, 0.0475, 0.0500),
        (0.530, 0.0470, 0.0495),
        (0.548, 0.0330, 0.0350),
    ]
)
_RING_GAP = 0.009
_EDGE_ON_FOREARM = 0.11  # metres from the wrist joint, about where a hand that brings half its forearm ends
_AFTER_EDGE = 0.015
# The wrist's skin follows the forearm over this stretch about the joint (metres towards the elbow).
BEND_START, BEND_END = -0.022, 0.026


def with_forearm(
    points: np.ndarray, faces: np.ndarray, weights: np.ndarray, cap: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The hand's points (N, 3), faces (F, 3) and weights (N, 26) with its end cap replaced by an arm.

    cap: (F,) bool. The kept faces come first, in their order. Weights of bone 0 pass to the last bone
    across the wrist.
    """
    kept = faces[~cap]
    rim = _boundary(kept)
    used = np.unique(kept)
    rename = np.full(len(points), -1)
    rename[used] = np.arange(len(used))
    points, weights, faces, rim = points[used], weights[used], rename[kept], rename[rim]

    all_points, all_faces, previous = [points], [faces], rim
    edge = points[rim]
    middle = edge.mean(axis=0)
    angles = np.arctan2((edge - middle)[:, 2], (edge - middle)[:, 0])
    count = len(points)
    table = _rings(edge)
    rings = [
        np.column_stack(
            [
                middle[0] + half_breadth * np.cos(angles),
                np.full(len(rim), distance),
                middle[2] + half_depth * np.sin(angles),
            ]
        )
        for distance, half_breadth, half_depth in table
    ]
    # A hand that ends far above the first ring changes into it step by step.
    steps = int((table[0, 0] - edge[:, 1].max()) / _RING_GAP)
    between = [edge + (rings[0] - edge) * (step / (steps + 1)) for step in range(1, steps + 1)]
    for ring in (*between, *rings):
        current = np.arange(count, count + len(rim))
        all_points.append(ring)
        all_faces.append(_strip(previous, current))
        previous, count = current, count + len(rim)
    all_points.append(np.array([[middle[0], ARM_LENGTH, middle[2]]]))
    all_faces.append(np.column_stack([np.roll(previous, -1), previous, np.full(len(previous), count)]))

    grown = np.vstack(all_points)
    grown_weights = np.zeros((len(grown), weights.shape[1]))
    grown_weights[: len(points)] = weights
    grown_weights[len(points) :, 0] = 1.0
    share = smooth_step((grown[:, 1] - BEND_START) / (BEND_END - BEND_START))
    grown_weights[:, -1] = grown_weights[:, 0] * share
    grown_weights[:, 0] *= 1.0 - share
    return grown, np.vstack(all_faces), grown_weights


def _rings(edge: np.ndarray) -> np.ndarray:
    """The arm's rings below a hand's edge (N, 3), as _RINGS; an edge on the forearm says how stout it is.

    All edges on the forearm get the same number of rings, however long their arms.
    """
    start = edge[:, 1].max()
    if start < _RINGS[0, 0]:
        return _RINGS
    rings = _RINGS[_RINGS[:, 0] > _EDGE_ON_FOREARM]
    found = np.ptp(edge, axis=0)[[0, 2]] / 2
    usual = [np.interp(edge[:, 1].mean(), _RINGS[:, 0], _RINGS[:, k]) for k in (1, 2)]
    rings = rings * np.array([1.0, *(found / usual)])
    first, last = rings[0, 0], rings[-1, 0]
    rings[:, 0] = last - (last - rings[:, 0]) * (last - start - _AFTER_EDGE) / (last - first)
    return rings


def _boundary(faces: np.ndarray) -> np.ndarray:
    """Points of the one open edge of a mesh, in the order in which its own faces run along it."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    present = {(int(a), int(b)) for a, b in edges}
    following = {a: b for a, b in present if (b, a) not in present}
    loop = [min(following)]
    while following[loop[-1]] != loop[0]:
        loop.append(following[loop[-1]])
    return np.array(loop)


def _strip(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Triangles (2 N, 3) between two closed rings; the upper ring's own faces run along it forwards."""
    upper_next, lower_next = np.roll(upper, -1), np.roll(lower, -1)
    return np.vstack(
        [np.column_stack([upper_next, upper, lower]), np.column_stack([upper_next, lower, lower_next])]
    )
