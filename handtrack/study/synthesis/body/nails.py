"""Nails that hang on a hand's mesh as sheets, made thin plates of their own."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.study.synthesis.body.gltf import RawHand

_THICKNESS: Final = 0.0005  # metres


def with_nail_plates(hand: RawHand) -> RawHand:
    """The hand with each nail as a closed plate, so that every edge has two faces; its own faces come first.

    A nail is a sheet that hangs on the hand by edges of three faces. Needs places in photographs.
    """
    assert hand.corner_uv is not None
    piece = _pieces(hand.faces)
    body = np.bincount(piece).argmax()
    points, faces, weights, corner_uv = [], [], [], []
    count = 0
    for number in np.argsort(-np.bincount(piece), kind="stable"):
        mine = piece == number
        used, local = np.unique(hand.faces[mine], return_inverse=True)
        solid, local, uv = hand.points[used], local.reshape(-1, 3), hand.corner_uv[mine]
        if count:
            solid, local, uv = _plate(solid, local, uv)
            used = np.concatenate([used, used])
        points.append(solid)
        faces.append(local + count)
        weights.append(hand.weights[used])
        corner_uv.append(uv)
        count += len(solid)
    return RawHand(
        points=np.concatenate(points),
        faces=np.concatenate(faces),
        weights=np.concatenate(weights),
        joints=hand.joints,
        frames=hand.frames,
        cap=np.concatenate([hand.cap[piece == body], *(np.zeros(len(plate), bool) for plate in faces[1:])]),
        corner_uv=np.concatenate(corner_uv),
    )


def _plate(
    points: np.ndarray, faces: np.ndarray, uv: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A sheet (N, 3), (F, 3) with places (F, 3, 2), its underside and the walls between them."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    normals = np.zeros_like(points)
    np.add.at(normals, faces, np.cross(b - a, c - a)[:, None])
    below = points - _THICKNESS * normals / np.linalg.norm(normals, axis=1, keepdims=True)

    edges, edge_uv = (
        np.concatenate([each[:, [0, 1]], each[:, [1, 2]], each[:, [2, 0]]]) for each in (faces, uv)
    )
    present = set(map(tuple, edges.tolist()))
    rim = np.array([(end, start) not in present for start, end in edges.tolist()])
    (start, end), (uv_start, uv_end) = edges[rim].T, edge_uv[rim].transpose(1, 0, 2)
    under = len(points)
    walls = [(end, start, start + under), (end, start + under, end + under)]
    walls_uv = [(uv_end, uv_start, uv_start), (uv_end, uv_start, uv_end)]
    return (
        np.concatenate([points, below]),
        np.concatenate([faces, faces[:, ::-1] + under, *(np.stack(wall, axis=1) for wall in walls)]),
        np.concatenate([uv, uv[:, ::-1], *(np.stack(wall, axis=1) for wall in walls_uv)]),
    )


def _pieces(faces: np.ndarray) -> np.ndarray:
    """Number (F,) of the piece that each face belongs to; pieces end at edges of three faces."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    ends = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    _, edge, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    owner = np.tile(np.arange(len(faces)), 3)[np.argsort(edge.ravel(), kind="stable")]
    pairs = owner[np.repeat(count == 2, count)].reshape(-1, 2)
    links = sparse.coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(faces),) * 2)
    return np.asarray(connected_components(links, directed=False)[1])
