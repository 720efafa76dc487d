"""MediaPipe's HandLandmarker: loaded with one clear error, silent, and freed when it is let go."""

from __future__ import annotations

import contextlib
import re
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np

from handtrack.errors import ModelError
from handtrack.extras import installing
from handtrack.native_lines import remarks_to_the_log

if TYPE_CHECKING:
    import mediapipe as mp

_REMARK = re.compile(
    rb"(INFO: (\[\w+\.cc:\d+\]|Created TensorFlow)|WARNING: (Logging before|All log messages before)"
    rb"|[IW]\d{4} \d\d:\d\d:\S+ +\d+ \w+\.cc:\d+\])"
)
"""How it and its libraries say that they were made, and what might be faster; errors begin with E."""


def to_mediapipe_image(image_bgr: np.ndarray) -> mp.Image:
    """MediaPipe image of a BGR picture, safe for views: mp.Image ignores numpy strides."""
    import mediapipe as mp

    return mp.Image(mp.ImageFormat.SRGB, cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB))


def joints_in_pixels(landmarks: Sequence[Any], size: tuple[int, int]) -> np.ndarray:
    """Joints (21, 2) in pixels of one hand that MediaPipe found in a picture of this width and height."""
    return np.array([(point.x, point.y) for point in landmarks]) * size


class Landmarker:
    """MediaPipe's HandLandmarker of a hand bundle; what it tells nobody in particular goes to the log."""

    def __init__(
        self, bundle: Path, mode: Literal["IMAGE", "VIDEO"], max_hands: int, min_confidence: float = 0.5
    ) -> None:
        """Load the bundle.

        Raises ModelError for a file that is no such bundle, or that MediaPipe refuses, and without MediaPipe.
        """
        try:
            from mediapipe.tasks.python import BaseOptions, vision
        except ModuleNotFoundError:
            raise ModelError(f"MediaPipe is missing: {installing('mediapipe')}") from None

        from handtrack.detectors.bundle import check_hand_bundle

        # MediaPipe leaves a thread behind when it refuses a file, so the obvious is checked first.
        check_hand_bundle(bundle)
        options = vision.HandLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(bundle)),
            running_mode=vision.RunningMode[mode],
            num_hands=max_hands,
            min_hand_detection_confidence=min_confidence,
            min_hand_presence_confidence=min_confidence,
        )
        try:
            with remarks_to_the_log(_REMARK):
                self._landmarker = vision.HandLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"MediaPipe cannot load the hand bundle {bundle} ({' '.join(str(error).split())[:120]}); "
                "delete it and run `handtrack models`"
            ) from None
        self._has_found = False
        self._free = weakref.finalize(self, _close, self._landmarker)

    def find(self, image: mp.Image, milliseconds: int | None = None) -> Any:
        """MediaPipe's result of a picture alone, or of a video's next frame, whose times must rise."""
        # The last remarks come with the first hand.
        with contextlib.nullcontext() if self._has_found else remarks_to_the_log(_REMARK):
            if milliseconds is None:
                found = self._landmarker.detect(image)
            else:
                found = self._landmarker.detect_for_video(image, milliseconds)
        self._has_found = self._has_found or bool(found.hand_landmarks)
        return found

    def close(self) -> None:
        """Free MediaPipe's graph; a second call does nothing."""
        self._free()


def _close(landmarker: Any) -> None:
    with remarks_to_the_log(_REMARK):
        try:
            landmarker.close()
        except RuntimeError:
            # MediaPipe's own __del__ fails while Python ends, when its worker thread has gone before us:
            # nothing is left to free, and it must not try again.
            landmarker._handle = None
