"""MediaPipe's lite models as a hand bundle of their own, for comparison only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from handtrack.detectors.bundle import DETECTOR_MODEL, LANDMARK_MODEL, WheelModel, ensure_bundle
from handtrack.resources import cache_folder

LITE_BUNDLE_NAME: Final = "hand_landmarker_lite.task"
LITE_MODELS: Final = {
    DETECTOR_MODEL: WheelModel(
        "mediapipe/modules/palm_detection/palm_detection_lite.tflite",
        "e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18",
    ),
    LANDMARK_MODEL: WheelModel(
        "mediapipe/modules/hand_landmark/hand_landmark_lite.tflite",
        "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
    ),
}


def lite_bundle_path() -> Path:
    """Where the lite models' bundle lies once it is there."""
    return cache_folder() / LITE_BUNDLE_NAME


def ensure_lite_bundle() -> Path:
    """Path of the lite models' bundle in the user's cache folder, downloaded on first use (35 MB).

    They lie in the same mediapipe 0.10.21 wheel as the full ones. Raises ModelError where they are neither
    cached nor in reach.
    """
    return ensure_bundle("lite", lite_bundle_path(), LITE_MODELS)
