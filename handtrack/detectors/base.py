"""What every whole-frame hand detector offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from handtrack.cropping import crop_from_joints
from handtrack.hand import Crop, Handedness
from handtrack.model.constants import CROP_MARGIN


class FoundHand(Protocol):
    """Where a hand may be in a whole frame."""

    @property
    def crop(self) -> Crop:
        """The hand with its fingers, upright and not mirrored: where to look at it first."""
        ...

    @property
    def handedness(self) -> Handedness:
        """The person's hand on a picture that is not mirrored."""
        ...

    @property
    def handedness_score(self) -> float:
        """How sure that is; 0.5 where it is a guess."""
        ...


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place that looks like a hand, see `FoundHand`. score: 0..1. Which hand it is may not show."""

    score: float
    crop: Crop
    handedness: Handedness = "right"
    handedness_score: float = 0.5


@dataclass(frozen=True, slots=True)
class DetectedHand:
    """A hand found in a whole frame, with its joints.

    joints_2d: (21, 2) float32 pixels. world: (21, 3) float32 metres about the hand's centre.
    handedness: the person's hand on a picture that is not mirrored, with its score in 0..1.
    """

    joints_2d: np.ndarray
    world: np.ndarray
    handedness: Handedness
    handedness_score: float

    @property
    def crop(self) -> Crop:
        """Around the joints."""
        return crop_from_joints(self.joints_2d, CROP_MARGIN)


class HandFinder(Protocol):
    """Finds hands in single pictures.

    max_hands: most hands that are wanted; may be set at any time by the thread that calls `detect`.
    """

    max_hands: int

    def detect(self, image_bgr: np.ndarray) -> Sequence[FoundHand]:
        """Where hands may be in a picture (H, W, 3) uint8 BGR, best first; may be more than wanted."""
        ...

    def close(self) -> None:
        """Free what the finder holds."""
        ...


class HandDetector(HandFinder, Protocol):
    """A finder that tells the joints of at most `max_hands` hands."""

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        """Hands in a picture (H, W, 3) uint8 BGR, best first."""
        ...
