"""The teacher of the careful labels on the pictures of one camera, shown in order."""

from __future__ import annotations

import numpy as np

from handtrack.detectors.base import HandDetector
from handtrack.study.datasets.labelling.hand_search import find_hands, same_hand
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.datasets.labelling.teacher_passes import look_carefully
from handtrack.study.evaluation.stereo import SeenHand

_NOTHING_KNOWN = PictureFacts()
_MIN_PRESENCE = 0.5


class CarefulFrameTeacher:
    """Many passes over each hand; a hand that the detector misses is sought where it just was."""

    def __init__(self, detector: HandDetector, teacher: LandmarkTeacher) -> None:
        self._detector = detector
        self._teacher = teacher
        self._last: list[SeenHand] = []

    def __call__(self, image: np.ndarray) -> list[SeenHand]:
        """Hands in a picture (H, W, 3) uint8 BGR, the joints the median of all passes."""
        places = [
            found.joints_2d for found in find_hands(self._detector, self._teacher, image, _NOTHING_KNOWN)
        ]
        seen: list[SeenHand] = []
        for joints in places or [hand.joints_2d for hand in self._last]:
            passes = look_carefully(self._teacher, image, joints)
            middle = np.median(passes.joints_2d, axis=0).astype(np.float64)
            known = any(same_hand(middle, other.joints_2d) for other in seen)
            if passes.presence.mean() >= _MIN_PRESENCE and not known:
                seen.append(SeenHand(middle, "right" if passes.right.mean() > 0.5 else "left"))
        self._last = seen
        return seen
