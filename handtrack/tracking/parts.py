"""A closer look at parts of a frame, for hands that are too small in the whole of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from handtrack.detectors.base import FoundHand, FoundPlace, HandFinder
from handtrack.model.constants import CROP_MARGIN

_SIDE: Final = 0.5
"""Of the frame's. Parts overlap by half, so that what is small lies whole in one of them."""
PARTS: Final = (
    *((0.25, 0.25), (0.0, 0.0), (0.5, 0.5), (0.5, 0.0), (0.0, 0.5)),
    *((0.25, 0.5), (0.25, 0.0), (0.0, 0.25), (0.5, 0.25)),
)
"""Left and top of each part, over the frame's width and height; the first five cover the frame."""
_LARGEST: Final = 0.9
"""Of the part's shorter side: the whole frame shows larger hands well enough."""
_CUT: Final = 0.2
"""Of a hand's size: one whose middle is nearer to an edge that the frame does not have is cut by it."""
_MOST: Final = 6
"""Places that are worth a look by the network, which takes longer for one than the finder for a part."""
_SAME: Final = 0.35
_ALIKE: Final = 1.6
"""Of the larger place's size, and how many times as large as the smaller one: such places are one."""


def places_in_parts(finder: HandFinder, image_bgr: np.ndarray, parts: Iterable[int]) -> list[FoundPlace]:
    """Where small hands may be in a picture (H, W, 3) uint8 BGR, in its pixels, surest first.

    parts: which of `PARTS` to look at.
    """
    places: list[FoundPlace] = []
    for number in parts:
        places += _in_part(finder, image_bgr, *PARTS[number])
    kept: list[FoundPlace] = []
    for place in sorted(places, key=lambda each: -each.score):
        if not any(is_same_place(place, other) for other in kept):
            kept.append(place)
    return kept[:_MOST]


def _in_part(finder: HandFinder, image: np.ndarray, left: float, top: float) -> list[FoundPlace]:
    height, width = image.shape[:2]
    x, y = round(left * width), round(top * height)
    size = math.ceil(_SIDE * width), math.ceil(_SIDE * height)
    part = image[y : y + size[1], x : x + size[0]]
    inner = (left > 0, top > 0, left + _SIDE < 1, top + _SIDE < 1)
    if not part.size:
        return []
    found = finder.detect(np.ascontiguousarray(part))
    return [_moved(hand, x, y) for hand in found if _is_whole_and_small(hand, size, inner)]


def _is_whole_and_small(hand: FoundHand, size: tuple[int, int], inner: tuple[bool, bool, bool, bool]) -> bool:
    """Whether the part is the place to see it in. inner: the part's edges that the frame does not have."""
    x, y = hand.crop.centre
    side = hand.crop.size / CROP_MARGIN
    to_edges = (x, y, size[0] - x, size[1] - y)
    is_cut = any(cuts and distance < _CUT * side for cuts, distance in zip(inner, to_edges, strict=True))
    return side <= _LARGEST * min(size) and not is_cut


def _moved(hand: FoundHand, x: int, y: int) -> FoundPlace:
    crop = hand.crop
    crop = replace(crop, centre=(crop.centre[0] + x, crop.centre[1] + y))
    score = hand.score if isinstance(hand, FoundPlace) else hand.handedness_score
    return FoundPlace(score, crop, hand.handedness, hand.handedness_score)


def is_same_place(one: FoundHand, other: FoundHand) -> bool:
    """Whether two places are of one thing, and of its whole: alike in size too."""
    small, large = sorted((one.crop.size, other.crop.size))
    distance = math.dist(one.crop.centre, other.crop.centre)
    return distance < _SAME * large / CROP_MARGIN and large < _ALIKE * small
