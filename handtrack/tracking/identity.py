"""Whose hand it is: one that comes back soon after it was lost is the same hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handtrack.hand import Crop, Handedness
from handtrack.tracking.duplicates import joints_distance
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.sides import unsureness

_REMEMBERED_S: Final = 1.0
_FARTHEST: Final = 2.0  # crop sides between where a hand was lost and where it is found
_GROWTH: Final = math.log(1.6)
_SURE: Final = 0.08  # mean sigma over a hand's extent
_APART: Final = 0.8  # mean distance of two hands' joints, over the smaller hand's size


@dataclass(frozen=True, slots=True)
class LostHand:
    """A hand that was given up. crop: where it was last seen beyond doubt. seen_at: then, seconds."""

    track_id: int
    handedness: Handedness
    crop: Crop
    seen_at: float


def is_unmistakable(position: int, estimates: Sequence[CropEstimate]) -> bool:
    """Whether the hand with a position among a frame's estimates is known well, and no other's.

    While one hand covers another, both may be drawn as one, or as a hand that reaches over both.
    """
    own = estimates[position]
    joints = own.trace[-1].joints_2d
    return unsureness(own) < _SURE and all(
        joints_distance(joints, other.trace[-1].joints_2d) > _APART
        for number, other in enumerate(estimates)
        if number != position
    )


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
