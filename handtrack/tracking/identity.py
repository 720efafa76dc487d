"""Whose hand it is: one that comes back soon after it was lost is the same hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from handtrack.hand import Crop, Handedness

_REMEMBERED_S: Final = 1.0
_FARTHEST: Final = 2.0  # crop sides between where a hand was lost and where it is found
_GROWTH: Final = math.log(1.6)


@dataclass(frozen=True, slots=True)
class LostHand:
    """A hand that was given up. crop: where it was last seen. seen_at: seconds."""

    track_id: int
    handedness: Handedness
    crop: Crop
    seen_at: float


class LostHands:
    """Remembers hands for a second: one hand that covers another, or a finger's blur, is no new person."""

    def __init__(self) -> None:
        self._hands: list[LostHand] = []

    def clear(self) -> None:
        """Forget all."""
        self._hands.clear()

    def remember(self, hand: LostHand) -> None:
        """Note a hand that was given up."""
        self._hands.append(hand)

    def claim(self, crop: Crop, handedness: Handedness, timestamp: float) -> int | None:
        """Track id of the lost hand that was found again in a crop, the nearest one; it is forgotten.

        None where there is none of this side and size near enough that was lost within a second.
        """
        self._hands = [hand for hand in self._hands if 0 <= timestamp - hand.seen_at <= _REMEMBERED_S]
        alike = [
            (distance, hand)
            for hand in self._hands
            if hand.handedness == handedness
            and abs(math.log(crop.size / hand.crop.size)) < _GROWTH
            and (distance := math.dist(crop.centre, hand.crop.centre) / hand.crop.size) < _FARTHEST
        ]
        if not alike:
            return None
        _, nearest = min(alike, key=lambda each: each[0])
        self._hands.remove(nearest)
        return nearest.track_id
