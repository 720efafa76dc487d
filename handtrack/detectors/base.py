"""What every whole-frame hand detector offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from handtrack.hand import Handedness


@dataclass(frozen=True, slots=True)
class DetectedHand:
    """A hand found in a whole frame.

    joints_2d: (21, 2) float32 pixels. world: (21, 3) float32 metres about the hand's centre.
    handedness: the person's hand on a picture that is not mirrored, with its score in 0..1.
    """

    joints_2d: np.ndarray
    world: np.ndarray
    handedness: Handedness
    handedness_score: float


class HandDetector(Protocol):
    """Finds hands in single pictures.

    max_hands: most hands that `detect` looks for; may be set at any time by the thread that calls `detect`.
    """

    max_hands: int

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        """Hands in a picture (H, W, 3) uint8 BGR, best first."""
        ...

    def close(self) -> None:
        """Free what the detector holds."""
        ...
