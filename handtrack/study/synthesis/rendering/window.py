"""Draws a large picture by the part of it that hands and things cover."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.study.datasets.sample import project
from handtrack.study.synthesis.rendering.renderer import (
    SUPERSAMPLING,
    HandRenderer,
    RenderedImage,
    SceneDescription,
)

_STEP: Final = 64
"""Windows have sides of multiples of this, so that the renderer can keep its buffers from one to the next."""
_RIM: Final = 2
_NEAREST: Final = 0.03  # metres: what is nearer is not drawn


def render_window(
    renderer: HandRenderer, scene: SceneDescription, camera: np.ndarray, size: tuple[int, int]
) -> RenderedImage:
    """The same as `renderer.render(scene, camera, size)`, drawn only where there is something to draw."""
    x0, y0, width, height = _window(scene, camera, size)
    shift = np.array([[1.0, 0.0, -x0], [0.0, 1.0, -y0], [0.0, 0.0, 1.0]])
    part = renderer.render(scene, shift @ camera, (width, height))
    if (width, height) == size:
        return part
    # What of the window lies beyond the picture is left out.
    x1, y1 = min(x0 + width, size[0]), min(y0 + height, size[1])
    colour = np.zeros((size[1], size[0], 4), np.float32)
    colour[y0:y1, x0:x1] = part.colour[: y1 - y0, : x1 - x0]
    fine = (size[1] * SUPERSAMPLING, size[0] * SUPERSAMPLING)
    labels, depth = np.zeros(fine, np.uint8), np.full(fine, np.inf, np.float32)
    rows, columns = (
        slice(y0 * SUPERSAMPLING, y1 * SUPERSAMPLING),
        slice(x0 * SUPERSAMPLING, x1 * SUPERSAMPLING),
    )
    labels[rows, columns] = part.labels[: (y1 - y0) * SUPERSAMPLING, : (x1 - x0) * SUPERSAMPLING]
    depth[rows, columns] = part.depth[: (y1 - y0) * SUPERSAMPLING, : (x1 - x0) * SUPERSAMPLING]
    return RenderedImage(colour, labels, depth)


def _window(scene: SceneDescription, camera: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, width and height of the part of the picture that may hold something."""
    points = np.concatenate(
        [hand.vertices for hand in scene.hands] + [thing.vertices for thing in scene.things]
        or [np.zeros((0, 3))]
    )
    before = points[:, 2] > _NEAREST
    if not before.all():
        return 0, 0, *size
    pixels = project(points, camera)
    limit = np.asarray(size)
    low = np.clip(np.floor(pixels.min(axis=0)).astype(int) - _RIM, 0, limit - 1)
    high = np.clip(np.ceil(pixels.max(axis=0)).astype(int) + _RIM, low + 1, limit)
    width, height = (int(-(-side // _STEP) * _STEP) for side in high - low)
    return int(low[0]), int(low[1]), min(width, size[0]), min(height, size[1])
