"""Hands that nobody follows yet: sought in the whole frame, and closer in parts of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from handtrack.detectors.base import FoundHand, HandFinder
from handtrack.tracking.parts import is_same_place, places_in_parts
from handtrack.tracking.settling import SettledHand, is_apart


def find_hands(
    finder: HandFinder,
    image_bgr: np.ndarray,
    parts: Iterable[int],
    wanted: int,
    settle: Callable[[Sequence[FoundHand]], list[SettledHand]],
) -> list[SettledHand]:
    """Up to so many hands in a picture (H, W, 3) uint8 BGR, those that the whole of it shows first.

    parts: those of `parts.PARTS` that may be looked at. settle: the hands among places, best first.
    """
    found = finder.detect(image_bgr)
    hands = settle(found)
    if len(hands) < wanted:
        # What the network has just looked at is not asked again: a face tried often enough passes for a hand.
        places = [
            place
            for place in places_in_parts(finder, image_bgr, parts)
            if not any(is_same_place(place, other) for other in found)
        ]
        hands += [one for one in settle(places) if is_apart(one, hands)]
    return hands[:wanted]
