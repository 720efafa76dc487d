"""Hands that move far in a frame: loops that begin from the frame before stay behind them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Protocol

import numpy as np

from handtrack.hand import Crop
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.sides import unsureness
from handtrack.tracking.track import HandTrack

_LESS_SURE: Final = 1.3
"""By so many times the sigma is seeing afresh believed: the frame before makes surer than is right there."""


class Estimate(Protocol):
    """The network, as a function."""

    def __call__(
        self, pictures: np.ndarray, crops: list[Crop], *, carried: list[CarriedEstimate | None]
    ) -> list[CropEstimate]:
        """What it says of the pictures (B, N, N, 3) of crops, begun from what is carried of each, if any."""


def estimate_followed(
    tracks: list[HandTrack],
    pictures: np.ndarray,
    is_hand: Callable[[CropEstimate], bool],
    estimate: Estimate,
) -> tuple[list[CropEstimate], list[CarriedEstimate | None]]:
    """Estimates of followed hands in their predicted crops, and from what each began; None: from nothing.

    pictures: (N, ...) of the tracks' crops. A hand that leaps is estimated both ways, unless another one is
    so near that it might be taken for it.
    """
    crops = [track.crop for track in tracks]
    carried = [track.carried for track in tracks]
    estimates = estimate(pictures, crops, carried=carried)
    leaping = [
        row
        for row, track in enumerate(tracks)
        if track.leaps and track.carried is not None and _is_alone(track, tracks)
    ]
    if leaping:
        afresh = estimate(pictures[leaping], [crops[row] for row in leaping], carried=[None] * len(leaping))
        for row, seen in zip(leaping, afresh, strict=True):
            if is_hand(seen) and unsureness(seen) <= _LESS_SURE * unsureness(estimates[row]):
                estimates[row], carried[row] = seen, None
    return estimates, carried


def _is_alone(track: HandTrack, tracks: list[HandTrack]) -> bool:
    return all(
        other is track or math.dist(other.crop.centre, track.crop.centre) > track.crop.size
        for other in tracks
    )
