"""Who finds a hand in a whole frame; `create_detector` picks one by name."""

from __future__ import annotations

from handtrack.detectors.base import DetectedHand, HandDetector
from handtrack.errors import ConfigError

__all__ = ["DETECTORS", "DetectedHand", "HandDetector", "create_detector"]

DETECTORS = ("mediapipe",)


def create_detector(name: str, max_hands: int, confidence: float = 0.5) -> HandDetector:
    """Detector by name. Raises ConfigError for an unknown name, ModelError if its models cannot be had.

    confidence: the least score, 0..1, of what it takes for a hand.
    """
    if name not in DETECTORS:
        raise ConfigError(f"detector {name!r} is not known; allowed: {', '.join(DETECTORS)}")
    from handtrack.detectors.bundle import ensure_hand_bundle
    from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector

    return MediaPipeHandDetector(ensure_hand_bundle(), max_hands, confidence)
