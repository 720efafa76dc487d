"""Loop subdivision of a closed triangle mesh as one sparse matrix from control points to smooth vertices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse


def loop_subdivision(faces: np.ndarray, count: int) -> tuple[sparse.csr_array, np.ndarray]:
    """Matrix (V, C) from control points to vertices, and the four times finer faces (4 F, 3) int32.

    faces: (F, 3) triangles of a closed manifold with count control points. The first C vertices are the moved
    control points, the rest lie on the edges.
    Source: Loop, "Smooth subdivision surfaces based on triangles" (1987), with Warren's weights.
    """
    from scipy import sparse

    corners = np.concatenate([faces[:, [0, 1, 2]], faces[:, [1, 2, 0]], faces[:, [2, 0, 1]]])
    ends = np.sort(corners[:, :2], axis=1)
    edges, edge_of_corner = np.unique(ends, axis=0, return_inverse=True)
    if (np.bincount(edge_of_corner) != 2).any():
        raise ValueError("the mesh has an edge that does not lie between exactly two faces")

    # A new point on an edge: 3/8 of its ends, 1/8 of the corners facing it on either side.
    rows = np.arange(len(edges))
    facing = np.zeros((len(edges), 2), dtype=np.int64)
    order = np.argsort(edge_of_corner, kind="stable")
    facing[:] = corners[order, 2].reshape(-1, 2)
    on_edges = sparse.coo_array(
        (
            np.repeat([3 / 8, 3 / 8, 1 / 8, 1 / 8], len(edges)),
            (np.tile(rows, 4), np.concatenate([edges[:, 0], edges[:, 1], facing[:, 0], facing[:, 1]])),
        ),
        shape=(len(edges), count),
    )

    valence = np.bincount(edges.ravel(), minlength=count)
    share = np.where(valence == 3, 3 / 16, 3 / (8 * np.maximum(valence, 1)))
    both = np.concatenate([edges, edges[:, ::-1]])
    moved = sparse.coo_array(
        (
            np.concatenate([1 - valence * share, share[both[:, 0]]]),
            (
                np.concatenate([np.arange(count), both[:, 0]]),
                np.concatenate([np.arange(count), both[:, 1]]),
            ),
        ),
        shape=(count, count),
    )

    middle = count + edge_of_corner.reshape(3, -1)  # of the edges (0, 1), (1, 2), (2, 0) of each face
    finer = np.concatenate(
        [
            np.column_stack([faces[:, 0], middle[0], middle[2]]),
            np.column_stack([faces[:, 1], middle[1], middle[0]]),
            np.column_stack([faces[:, 2], middle[2], middle[1]]),
            middle.T,
        ]
    )
    return sparse.vstack([moved, on_edges]).tocsr(), finer.astype(np.int32)


def control_points(matrix: sparse.csr_array, points: np.ndarray) -> np.ndarray:
    """Control points (C, 3) whose smooth vertices pass through the given points (C, 3)."""
    from scipy.sparse import linalg

    return linalg.spsolve(matrix[: len(points)].tocsc(), points)
