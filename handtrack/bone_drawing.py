"""The bones and joints of a hand as smooth lines and discs on a picture, placed to a sixteenth of a pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from handtrack.skeleton import BONES, joint_colours_rgb

SHIFT: Final = 4
"""Fractional bits of a place: joints are drawn where they are, not at the nearest pixel."""
_UNIT_CIRCLE: Final = np.array([(math.cos(a), math.sin(a)) for a in np.linspace(0, 2 * math.pi, 32, False)])

Place = tuple[int, int] | None
"""A point in fixed-point pixels (`SHIFT`); None where nobody knows it."""
Colour = tuple[int, int, int]
"""Blue, green and red."""


def joint_colours_bgr() -> list[Colour]:
    """The colour of each joint, that of its finger."""
    return [(int(b), int(g), int(r)) for r, g, b in joint_colours_rgb()]


def places_of(points: np.ndarray, image: np.ndarray) -> list[Place]:
    """Points (N, 2) in pixels of the image, those that are finite."""
    height, width = image.shape[:2]
    # Far outside points would overflow the drawing; so far out, only a bone's direction shows.
    low, high = np.array([-4 * width, -4 * height]), np.array([5 * width, 5 * height])
    places: list[Place] = []
    for point in points:
        if np.isfinite(point).all():
            x, y = np.rint(np.clip(point, low, high) * (1 << SHIFT)).astype(int)
            places.append((int(x), int(y)))
        else:
            places.append(None)
    return places


def draw_bones(image: np.ndarray, places: Sequence[Place], colours: Sequence[Colour], width: int) -> None:
    """Draw each bone both of whose joints have a place, in the colour of the joint farther from the wrist."""
    for parent, child in BONES:
        start, end = places[parent], places[child]
        if start is not None and end is not None:
            cv2.line(image, start, end, colours[child], width, cv2.LINE_AA, SHIFT)


def draw_discs(image: np.ndarray, places: Sequence[Place], colours: Sequence[Colour], radius: float) -> None:
    """Draw a filled disc at each place; radius: pixels."""
    for place, colour in zip(places, colours, strict=True):
        draw_disc(image, place, radius, colour)


def draw_disc(image: np.ndarray, place: Place, radius: float, colour: Colour) -> None:
    """Draw a filled disc at a place, if it is known; radius: pixels."""
    if place is not None:
        # cv2.circle draws small smooth circles as diamonds.
        rim = np.rint(place + _UNIT_CIRCLE * (radius * (1 << SHIFT))).astype(np.int32)
        cv2.fillConvexPoly(image, rim, colour, cv2.LINE_AA, SHIFT)
