"""Who finds a hand in a whole frame; `create_detector` picks one by name."""

from __future__ import annotations

import logging

from handtrack.detectors.base import DetectedHand, FoundHand, HandDetector, HandFinder
from handtrack.errors import ConfigError, ModelError

__all__ = [
    "DETECTORS",
    "DetectedHand",
    "FoundHand",
    "HandDetector",
    "HandFinder",
    "create_detector",
    "landmark_detector",
]

logger = logging.getLogger(__name__)

DETECTORS = ("own", "palm", "mediapipe")
LANDMARK_CONFIDENCE = 0.5
PALM_CONFIDENCE = OWN_CONFIDENCE = 0.3
"""Lower, for what they find is looked at three times by the network before it is taken for a hand."""


def create_detector(name: str, max_hands: int, confidence: float | None = None) -> HandFinder:
    """Detector by name. Raises ConfigError for an unknown name, ModelError if its models cannot be had.

    "auto" is our own, and MediaPipe's palm network where that one cannot be used, which is said.

    confidence: the least score, 0..1, of what it takes for a hand; None for the detector's own.
    """
    if name not in ("auto", *DETECTORS):
        raise ConfigError(f"detector {name!r} is not known; allowed: auto, {', '.join(DETECTORS)}")
    if name == "mediapipe":
        return landmark_detector(max_hands, confidence or LANDMARK_CONFIDENCE)
    if name == "auto":
        try:
            return create_detector("own", max_hands, confidence)
        except ModelError as error:
            logger.warning("%s; until then MediaPipe's palm network finds the hands", error)
            name = "palm"
    if name == "own":
        from handtrack.detectors.own import OwnDetector

        return OwnDetector(max_hands, confidence or OWN_CONFIDENCE)
    from handtrack.detectors.bundle import ensure_hand_bundle
    from handtrack.detectors.palm import PalmDetector

    return PalmDetector(ensure_hand_bundle(), max_hands, confidence or PALM_CONFIDENCE)


def landmark_detector(max_hands: int, confidence: float = LANDMARK_CONFIDENCE) -> HandDetector:
    """MediaPipe's detector, which tells joints. Raises ModelError if its models cannot be had."""
    from handtrack.detectors.bundle import ensure_hand_bundle
    from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector

    return MediaPipeHandDetector(ensure_hand_bundle(), max_hands, confidence)
