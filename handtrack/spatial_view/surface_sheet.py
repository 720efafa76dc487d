"""A picture beside the depths of the hands' surface and its outline on the picture: where they disagree."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from handtrack.spatial_view.bones import side_colours
from handtrack.spatial_view.depth import DepthMap, depth_map
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.scene import BACKGROUND, Moment
from handtrack.spatial_view.skin import skin_hands

_LONGEST: Final = 960
"""Pixels of a panel's longer side at most."""
_GAP: Final = 12
_STRIP: Final = 34
"""Height of the line of words below the panels, pixels."""
_PAPER: Final = tuple(round(255 * each) for each in BACKGROUND[::-1])
_INK: Final = (225, 225, 219)
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX


def surface_depths(hands: SpatialHands, moment: Moment) -> DepthMap:
    """Depths of each hand's surface from the camera, a solid a hand, at the picture's size."""
    surfaces = [skin_hands(hands[[number]]) for number in range(len(hands))]
    return depth_map(surfaces, moment.frustum.camera, moment.frustum.size)


def surface_sheet(moment: Moment, image: np.ndarray) -> np.ndarray:
    """Three panels side by side, (H, W, 3) uint8 BGR: the picture, the depths in colour, and the outline.

    image: (H, W, 3) uint8 BGR, the moment's picture. Raises ViewError where Open3D is missing.
    """
    depths = surface_depths(moment.hands, moment)
    scale = min(1.0, _LONGEST / max(image.shape[:2]))
    panels = [image, _coloured(depths.depth), _outlined(image, depths, moment.hands)]
    shrunk = [_shrunk(panel, scale) for panel in panels]
    words = ["picture", _depth_words(depths.depth), "the surface's outline on it"]
    captioned = [_captioned(panel, line) for panel, line in zip(shrunk, words, strict=True)]
    gap = np.full((captioned[0].shape[0], _GAP, 3), _PAPER, np.uint8)
    return np.hstack([captioned[0], gap, captioned[1], gap, captioned[2]])


def _coloured(depth: np.ndarray) -> np.ndarray:
    """Near yellow, far blue, nothing dark."""
    there = np.isfinite(depth)
    sheet = np.full((*depth.shape, 3), _PAPER, np.uint8)
    if there.any():
        near, far = depth[there].min(), depth[there].max()
        grey = np.rint(255 * (far - depth[there]) / max(float(far - near), 1e-6)).astype(np.uint8)
        sheet[there] = cv2.applyColorMap(grey[:, None], cv2.COLORMAP_VIRIDIS)[:, 0]
    return sheet


def _outlined(image: np.ndarray, depths: DepthMap, hands: SpatialHands) -> np.ndarray:
    sheet = np.ascontiguousarray(image).copy()
    width = max(1, round(max(image.shape[:2]) / 400))
    for number, colour in enumerate(side_colours(hands)):
        bgr = tuple(float(round(255 * each)) for each in colour[::-1])
        found, _ = cv2.findContours(
            (depths.which == number).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        # A dark rim, so that it is seen on bright and on dark.
        for ink, thick in (((20.0, 20.0, 20.0), width + 2), (bgr, width)):
            cv2.drawContours(sheet, found, -1, ink, thick, cv2.LINE_AA)
    return sheet


def _depth_words(depth: np.ndarray) -> str:
    there = np.isfinite(depth)
    if not there.any():
        return "no hand"
    return (
        f"depth of the surface: {100 * depth[there].min():.1f} (yellow) to {100 * depth[there].max():.1f} cm"
    )


def _shrunk(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1.0:
        return image
    size = round(image.shape[1] * scale), round(image.shape[0] * scale)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _captioned(panel: np.ndarray, words: str) -> np.ndarray:
    strip = np.full((_STRIP, panel.shape[1], 3), _PAPER, np.uint8)
    (width, _), _ = cv2.getTextSize(words, _FONT, 0.5, 1)
    size = 0.5 * min(1.0, (panel.shape[1] - 12) / width)
    cv2.putText(strip, words, (6, 22), _FONT, size, _INK, 1, cv2.LINE_AA)
    return np.vstack([panel, strip])
