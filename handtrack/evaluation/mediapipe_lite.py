"""MediaPipe's lite models as a hand bundle of their own, for comparison only."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from pathlib import Path
from typing import Final

from handtrack.detectors.bundle import (
    DETECTOR_MODEL,
    LANDMARK_MODEL,
    check_hand_bundle,
    download_wheel,
    read_members,
    write_bundle,
)
from handtrack.errors import ModelError
from handtrack.resources import cache_folder

log = logging.getLogger(__name__)

LITE_BUNDLE_NAME: Final = "hand_landmarker_lite.task"
_MEMBERS: Final = {
    DETECTOR_MODEL: "mediapipe/modules/palm_detection/palm_detection_lite.tflite",
    LANDMARK_MODEL: "mediapipe/modules/hand_landmark/hand_landmark_lite.tflite",
}
_SHA256: Final = {
    DETECTOR_MODEL: "e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18",
    LANDMARK_MODEL: "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
}


def lite_bundle_path() -> Path:
    """Where the lite models' bundle lies once it is there."""
    return cache_folder() / LITE_BUNDLE_NAME


def ensure_lite_bundle() -> Path:
    """Path of the lite models' bundle in the user's cache folder, downloaded on first use (35 MB).

    They lie in the same mediapipe 0.10.21 wheel as the full ones. Raises ModelError where they are neither
    cached nor in reach.
    """
    path = lite_bundle_path()
    if path.is_file():
        try:
            check_hand_bundle(path)
            return path
        except ModelError as error:
            log.warning("fetching the lite bundle again: %s", error)
    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
        write_bundle(lite_models(download_wheel(Path(folder), None)), path)
    return path


def lite_models(wheel: Path) -> dict[str, bytes]:
    """The two lite models in a mediapipe 0.10.21 wheel, by their names in a bundle. Raises ModelError."""
    models = read_members(wheel, _MEMBERS, "a mediapipe 0.10.21 wheel")
    for name, digest in _SHA256.items():
        if hashlib.sha256(models[name]).hexdigest() != digest:
            raise ModelError(f"{_MEMBERS[name]} in {wheel} is not the file of mediapipe 0.10.21")
    return models
