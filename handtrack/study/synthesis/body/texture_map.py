"""Where a mesh's skin lies in its photographs: places in the picture, cut along the texture's seams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handtrack.hand import read_only


@dataclass(frozen=True, slots=True, eq=False)
class TextureMap:
    """What is drawn of a mesh whose vertices have several places in a picture. Arrays are read-only.

    vertex: (R,) int32, the mesh's vertex of each drawn one. uv: (R, 2) float32, its place, 0..1 from the
    picture's first corner. faces: (F, 3) int32 of drawn vertices, in the order of the mesh's faces.
    """

    vertex: np.ndarray
    uv: np.ndarray
    faces: np.ndarray


def texture_map(corner_uv: np.ndarray, fine_faces: np.ndarray) -> TextureMap:
    """Map of a mesh's fine faces (4 F, 3), see `subdivision`, from its coarse corners' places (F, 3, 2)."""
    first, second, third = corner_uv.transpose(1, 0, 2)
    a, b, c = (first + second) / 2, (second + third) / 2, (third + first) / 2
    uv = np.concatenate([(first, a, c), (second, b, a), (third, c, b), (a, b, c)], axis=1).transpose(1, 0, 2)
    corners = np.column_stack([fine_faces.ravel(), np.rint(uv.reshape(-1, 2) * (1 << 20))]).astype(np.int64)
    drawn, place = np.unique(corners, axis=0, return_inverse=True)
    return TextureMap(
        vertex=read_only(drawn[:, 0], np.int32),
        uv=read_only(drawn[:, 1:] / (1 << 20), np.float32),
        faces=read_only(place.reshape(-1, 3), np.int32),
    )
