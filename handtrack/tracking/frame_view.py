"""What the network says of one frame: of crops of it, and of what a detector found in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.detectors.base import FoundHand
from handtrack.engines import Engine
from handtrack.geometry import Intrinsics
from handtrack.hand import Crop, Frame
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate, cut_crops, estimate_crops
from handtrack.tracking.settling import (
    SettledHand,
    is_sure_enough,
    presence_of_stills,
    seen_when_turned,
    settle_hands,
    without_doubles,
)
from handtrack.tracking.shape import is_impossible

_MIN_CROP_PIXELS: Final = 16.0


class FrameView:
    """One frame as the network sees it, at the gate's threshold of that moment.

    camera: of the frame. field_of_view: its own, in degrees along the longer side.
    """

    def __init__(
        self, frame: Frame, engine: Engine, settings: TrackerSettings, threshold: float, field_of_view: float
    ) -> None:
        self.frame = frame
        self.threshold = threshold
        self.camera = Intrinsics.from_field_of_view(*frame.size, field_of_view)
        self._engine = engine
        self._settings = settings

    @property
    def max_iterations(self) -> int:
        """Most loops the network may use."""
        return self._engine.max_iterations

    def estimate(
        self, pictures: np.ndarray, crops: list[Crop], carried: list[CarriedEstimate | None] | None = None
    ) -> list[CropEstimate]:
        """What the network says of crops (`estimation.estimate_crops`)."""
        length = self._settings.palm_length
        return estimate_crops(self._engine, pictures, crops, self.threshold, self.camera, length, carried)

    def estimate_afresh(self, crops: list[Crop]) -> list[CropEstimate]:
        """What it says of crops that are still to be cut, each as if nothing were known of it."""
        return self.estimate(cut_crops(self.frame.image, crops), crops)

    def is_hand(self, estimate: CropEstimate) -> bool:
        """Whether a followed hand is still there."""
        return (
            estimate.presence >= self._settings.presence_threshold
            and not is_impossible(estimate)
            and self._is_followable(estimate)
            and is_sure_enough(estimate)
        )

    def settle(self, found: Sequence[FoundHand]) -> list[SettledHand]:
        """The hands among what was found, best first, each in its own crop."""
        in_still, least_presence = self.frame.still is not None, self._settings.presence_threshold
        if in_still:
            least_presence = presence_of_stills(least_presence)
        hands = [
            one
            for one in settle_hands(found, self.estimate_afresh, least_presence)
            if self._is_followable(one.estimate) and is_sure_enough(one.estimate)
        ]
        seen = (seen_when_turned(one, self.estimate_afresh, in_still) for one in without_doubles(hands))
        return [one for one in seen if one is not None]

    def _is_followable(self, estimate: CropEstimate) -> bool:
        joints = estimate.trace[-1].joints_2d
        if not np.isfinite(joints).all():
            return False
        # Joints that have all left the picture, or shrunk to a speck, cannot be followed.
        inside = ((joints >= 0) & (joints < np.asarray(self.frame.size))).all(axis=1)
        return bool(inside.sum() >= 5 and float(np.ptp(joints, axis=0).max()) >= _MIN_CROP_PIXELS / 2)
