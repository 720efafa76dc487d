"""What the camera would see of solids: how far each pixel's ray goes until it meets one, and which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.geometry import Intrinsics
from handtrack.spatial_view.meshes import Mesh
from handtrack.spatial_view.open3d_package import load_open3d


@dataclass(frozen=True, slots=True)
class DepthMap:
    """How far a camera sees.

    depth: (H, W) float32, metres along z, infinite where nothing is met. which: (H, W) int32, number of the
    solid that is met there, or -1.
    """

    depth: np.ndarray
    which: np.ndarray


def depth_map(solids: Sequence[Mesh], camera: Intrinsics, size: tuple[int, int]) -> DepthMap:
    """Depths of solids, as a camera of that picture size (width, height) sees them. Raises ViewError."""
    open3d = load_open3d()
    tensor = open3d.core.Tensor
    scene = open3d.t.geometry.RaycastingScene()
    names = {}
    for number, solid in enumerate(solids):
        if len(solid.triangles):
            name = scene.add_triangles(
                tensor(np.ascontiguousarray(solid.points, np.float32)),
                tensor(np.ascontiguousarray(solid.triangles, np.uint32)),
            )
            names[int(name)] = number
    if not names:
        nothing = np.full(size[::-1], np.inf, np.float32)
        return DepthMap(nothing, np.full(size[::-1], -1, np.int32))
    # A ray's direction has z = 1, so that its length in those is the depth.
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    rays = np.zeros((size[1], size[0], 6), np.float32)
    rays[..., 3] = (x - camera.centre[0]) / camera.focal
    rays[..., 4] = (y - camera.centre[1]) / camera.focal
    rays[..., 5] = 1
    met = scene.cast_rays(tensor(rays))
    numbers = np.full(max(names) + 1, -1, np.int32)
    numbers[list(names)] = list(names.values())
    depth = met["t_hit"].numpy()
    there = np.isfinite(depth)
    which = np.full(depth.shape, -1, np.int32)
    which[there] = numbers[met["geometry_ids"].numpy()[there]]
    return DepthMap(depth, which)
