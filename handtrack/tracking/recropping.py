"""Crops that their own estimate says were wrong: the hand had moved, turned or grown since the last frame.

Dynamic refinement one level up: what loops are to joints, crops are to the place. An estimate from a crop
that lies off is worse than one from the hand's own crop, so it is made again within the same frame; a calm
hand never pays for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from handtrack.hand import Crop
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.track import HandTrack

MOST_CROPS: Final = 3
"""Crops of a hand in one frame."""
_SHIFT: Final = 0.1  # of the crop's side
_GROWTH: Final = 0.25  # logarithm
_TURN: Final = math.radians(25)


def lies_off(crop: Crop, wanted: Crop) -> bool:
    """Whether a crop is so far from the one that its estimate asks for that another is worth its time."""
    return (
        math.dist(crop.centre, wanted.centre) > _SHIFT * crop.size
        or abs(math.log(wanted.size / crop.size)) > _GROWTH
        or abs(math.remainder(wanted.angle - crop.angle, 2 * math.pi)) > _TURN
    )


def estimate_again(
    tracks: list[HandTrack],
    estimates: list[CropEstimate],
    is_hand: Callable[[CropEstimate], bool],
    estimate: Callable[[list[Crop]], list[CropEstimate]],
) -> list[int]:
    """Replace the estimates, and the tracks' crops, of hands whose crops lie off, in place.

    Returns how many crops of each hand were looked at, the first included.

    estimate: what the network says of crops, each as if nothing were known of it: an estimate from a crop
    that lay off would only mislead. One that sees no hand in the new crop is not believed.
    """
    going = list(range(len(estimates)))
    looked = [1] * len(estimates)
    for _ in range(MOST_CROPS - 1):
        wanted = {
            row: tracks[row].crop_of(estimates[row].trace[-1].joints_2d)
            for row in going
            if is_hand(estimates[row])
        }
        going = [row for row, crop in wanted.items() if lies_off(tracks[row].crop, crop)]
        if not going:
            break
        crops = [wanted[row] for row in going]
        again = estimate(crops)
        for row, crop, seen in zip(going, crops, again, strict=True):
            looked[row] += 1
            if is_hand(seen):
                tracks[row].crop, estimates[row] = crop, seen
    return looked
