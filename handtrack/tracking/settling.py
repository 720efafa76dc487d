"""Hands that were just found: cut and estimated again until the crop is the hand's own, or it is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handtrack.detectors.base import FoundHand
from handtrack.hand import Crop, Handedness
from handtrack.tracking.duplicates import SAME_HAND, joints_distance
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.mean_look import mean_look
from handtrack.tracking.shape import is_odd
from handtrack.tracking.sides import SIDES, TakenFor, surer_side, unsureness
from handtrack.tracking.sighting import log_odds

CUTS: Final = 3
"""Crops in a row. False hands on faces, which the first crop let pass at 0.99, fell to 0.06 by the third.
Where the detector's crop was off by a tenth or more, the error of the finger tips fell with each cut;
elsewhere it stayed."""

_STRICTER: Final = 5.0
"""By how much the odds of a hand must be better than in a video, which looks again in the next frame. At the
default threshold a still's hand must score 0.83 in each of its crops: all of 940 hands of labelled photos
do."""

_MOST_SIGMA: Final = 0.2
"""Mean sigma over the hand's extent from which on its joints mean nothing: 269 of 270 hands of photos were
below 0.18, and what was left of false ones, specks on people far behind, above 0.25."""

_DOUBTFUL_PRESENCE, _DOUBTFUL_SIGMA = 0.99, 0.1
_TURNS: Final = (0.4, -0.4)
"""Radians to either side in which a new hand is looked at once more, to tell it from a face."""
_NARROW_TURNS: Final = (0.2, -0.2)
"""The same of two looks more at a hand in a still. A video's new hand is seen again in the next frame,
which is not to wait."""
STILL_TURNS: Final = (0.0, *_TURNS, *_NARROW_TURNS)
"""Of all looks at a hand in a still, whose mean counts."""
_SIGMA_WEIGHT, _LEAST_EVIDENCE = 4.0, 13.5
"""Evidence is the log-odds of presence less so many times the logarithm of sigma over the hand's extent, the
mean of three looks. Of 374 hands of photos, of persons kept out, that came so far 98 % have as much; of what
the looks led to on 144 views of 48 pictures of faces none (0 of 16, the likeliest has 13.2), and on 240
hand-free parts of pictures and panoramas one."""
STILL_CROPS: Final = CUTS + len(STILL_TURNS) - 1
"""Crops of a hand in a still."""


@dataclass(frozen=True, slots=True)
class SettledHand:
    """A hand in the last of its crops. presence: the least of all crops' probabilities.

    mean: of that look and others in the same place, once there were any.
    """

    estimate: CropEstimate
    crop: Crop
    handedness: Handedness
    presence: float
    mean: CropEstimate | None = None

    @property
    def answer(self) -> CropEstimate:
        """The best that is known of its joints."""
        return self.mean or self.estimate


def presence_of_stills(threshold: float) -> float:
    """The least presence of a hand in a still, where a followed one needs the threshold; both 0..1."""
    return _STRICTER * threshold / (_STRICTER * threshold + 1 - threshold)


def is_sure_enough(estimate: CropEstimate) -> bool:
    """Whether the joints of an estimate are known better than the size of the hand."""
    return unsureness(estimate) < _MOST_SIGMA


def look_afresh(
    crops: Sequence[Crop],
    estimates: list[CropEstimate],
    held: Sequence[bool],
    estimate: Callable[[list[Crop]], list[CropEstimate]],
) -> None:
    """Replace doubtful estimates that last frame's estimate alone holds up, in place.

    A loop that begins from the last frame's joints may go on believing in them when the hand is gone: on a
    face it stated a sigma of 0.06 of the hand, from nothing 0.4. A hand that is there is seldom doubtful.
    held: which of the estimates began so; the others are fresh already.
    """
    doubtful = [row for row, seen in enumerate(estimates) if held[row] and _is_doubtful(seen)]
    if not doubtful:
        return
    fresh = estimate([crops[row] for row in doubtful])
    for row, seen in zip(doubtful, fresh, strict=True):
        if is_odd(estimates[row]) or not is_sure_enough(seen):
            estimates[row] = seen


def _is_doubtful(estimate: CropEstimate) -> bool:
    return (
        estimate.presence < _DOUBTFUL_PRESENCE or unsureness(estimate) > _DOUBTFUL_SIGMA or is_odd(estimate)
    )


def seen_when_turned(
    hand: SettledHand, estimate: Callable[[list[Crop]], list[CropEstimate]], in_still: bool
) -> SettledHand | None:
    """The hand with the mean of its looks, in its crop and in that turned to either side.

    None if it is not borne out: a face is not seen as surely in a crop that is turned. in_still: five looks
    instead of three.
    """
    looks = [hand.estimate, *estimate(_turned(hand.crop, _TURNS))]
    if not _are_evidence(looks, hand.presence):
        return None
    if in_still:
        looks += estimate(_turned(hand.crop, _NARROW_TURNS))
    return replace(hand, mean=mean_look(looks, by_hand=in_still))


def is_borne_out(
    crop: Crop, seen: CropEstimate, estimate: Callable[[list[Crop]], list[CropEstimate]]
) -> bool:
    """Whether a followed hand in its crop, long held in doubt, bears what a new one has to."""
    looks = [seen, *estimate(_turned(crop, _TURNS))]
    return _are_evidence(looks, min(look.presence for look in looks))


def _are_evidence(looks: Sequence[CropEstimate], presence: float) -> bool:
    sigma = float(np.mean([unsureness(look) for look in looks]))
    return log_odds(presence) - _SIGMA_WEIGHT * math.log(max(sigma, 1e-6)) >= _LEAST_EVIDENCE


def _turned(crop: Crop, turns: Sequence[float]) -> list[Crop]:
    return [replace(crop, angle=crop.angle + turn) for turn in turns]


def settle_hands(
    found: Sequence[FoundHand],
    estimate: Callable[[list[Crop]], list[CropEstimate]],
    least_presence: float,
) -> list[SettledHand]:
    """The hands among what was found, each estimated in the crop that the estimate before it asks for.

    estimate: what the network says of crops of the picture, each as if nothing were known of it. What is
    less likely a hand than least_presence in any of its crops is none. Each is cut as a right hand and as a
    left one all along, and which it is is decided last.
    """
    ways = [TakenFor(side, number, hand.crop) for number, hand in enumerate(found) for side in SIDES]
    for _ in range(CUTS):
        if ways:
            for way, seen in zip(ways, estimate([way.crop for way in ways]), strict=True):
                way.looks.append(seen)
        # What the network was lost in cannot be cut again.
        ways = [way for way in ways if way.presence >= least_presence and way.can_be_cut]
    numbers = sorted({way.number for way in ways})
    surest = [surer_side([way for way in ways if way.number == each], found[each]) for each in numbers]
    return [SettledHand(way.looks[-1], way.last_crop, way.side, way.presence) for way in surest]


def without_doubles(hands: Sequence[SettledHand]) -> list[SettledHand]:
    """The hands, best first, without those that came to lie on a better one."""
    kept: list[SettledHand] = []
    for hand in sorted(hands, key=lambda hand: -hand.presence):
        if is_apart(hand, kept):
            kept.append(hand)
    return kept


def is_apart(hand: SettledHand, others: Sequence[SettledHand]) -> bool:
    """Whether a hand lies on none of the others."""
    joints = hand.estimate.trace[-1].joints_2d
    return all(joints_distance(joints, other.estimate.trace[-1].joints_2d) > SAME_HAND for other in others)
