"""Hands that nobody follows yet: sought in the whole frame, and closer in parts of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from handtrack.detectors.base import FoundHand, HandFinder
from handtrack.tracking.duplicates import SAME_HAND, joints_distance
from handtrack.tracking.parts import is_same_place, places_in_parts
from handtrack.tracking.settling import SettledHand

Settle = Callable[[Sequence[FoundHand]], list[SettledHand]]
"""The hands among places that a finder named, best first."""


class HandSearch:
    """Looks for hands in pictures (H, W, 3) uint8 BGR: a photo, or frames of one video."""

    def __init__(self, finder: HandFinder) -> None:
        self._finder = finder
        self._named: Sequence[FoundHand] = ()

    def in_whole(self, image_bgr: np.ndarray, settle: Settle) -> list[SettledHand]:
        """The hands that the whole picture shows."""
        self._named = self._finder.detect(image_bgr)
        return settle(self._named)

    def in_parts(
        self, image_bgr: np.ndarray, parts: Iterable[int], settle: Settle, known: Sequence[SettledHand] = ()
    ) -> list[SettledHand]:
        """Those that some of `parts.PARTS` show besides the known ones.

        What the last whole picture named is not tried again: a face that is tried often enough passes for a
        hand.
        """
        places = [
            place
            for place in places_in_parts(self._finder, image_bgr, parts)
            if not any(is_same_place(place, other) for other in self._named)
        ]
        return [one for one in settle(places) if all(_distance(one, other) > SAME_HAND for other in known)]


def _distance(one: SettledHand, other: SettledHand) -> float:
    return joints_distance(one.estimate.trace[-1].joints_2d, other.estimate.trace[-1].joints_2d)
