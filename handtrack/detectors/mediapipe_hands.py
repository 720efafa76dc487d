"""MediaPipe's hand landmarker as a whole-frame detector: finds hands, then rests."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np

from handtrack.detectors.base import DetectedHand
from handtrack.detectors.grey import CONFIDENCE_SHARE, is_grey, tinted
from handtrack.errors import ModelError
from handtrack.extras import installing
from handtrack.hand import Handedness

if TYPE_CHECKING:
    import mediapipe as mp


def handedness_of_label(label: str) -> Handedness:
    """Hand of the person for MediaPipe's label on a picture that is not mirrored.

    MediaPipe's first task models took pictures for mirrored selfies and named the other hand; since
    0.10.15 the label is the person's own hand. A test holds this on a hand whose side can be seen.
    """
    return "right" if label == "Right" else "left"


def to_mediapipe_image(image_bgr: np.ndarray) -> mp.Image:
    """MediaPipe image of a BGR picture, safe for views: mp.Image ignores numpy strides."""
    import mediapipe as mp

    return mp.Image(mp.ImageFormat.SRGB, cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB))


def open_landmarker(
    bundle: Path, mode: Literal["IMAGE", "VIDEO"], max_hands: int, min_confidence: float = 0.5
) -> Any:
    """MediaPipe's HandLandmarker; `close_landmarker` frees it.

    Raises ModelError for a file that is no such bundle, or that MediaPipe refuses, and where it is missing.
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
        return vision.HandLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(
            f"MediaPipe cannot load the hand bundle {bundle} ({' '.join(str(error).split())[:120]}); "
            "delete it and run `handtrack models`"
        ) from None


def close_landmarker(landmarker: Any) -> None:
    """Free a landmarker's graph: for a finalizer, as MediaPipe's own __del__ fails while Python ends."""
    try:
        landmarker.close()
    except RuntimeError:
        # The interpreter is ending and MediaPipe's worker thread has gone before us: nothing is left to
        # free, and its __del__ must not try again.
        landmarker._handle = None


class MediaPipeHandDetector:
    """Finds hands in single pictures with MediaPipe's HandLandmarker (IMAGE mode).

    Every call stands alone: the tracker calls it only when hands are missing, so frames that lie
    between two calls are unknown to it and its own tracking would start from stale regions. max_hands may be
    set at any time by the thread that calls `detect`: MediaPipe fixes the number and the confidence when it
    is made, so a call that needs others makes it anew, in that thread, and lets the old one go.
    """

    def __init__(self, bundle: Path, max_hands: int, min_confidence: float = 0.5) -> None:
        """Load the bundle. Raises ModelError when MediaPipe refuses it."""
        self.max_hands = max_hands
        self._bundle = bundle
        self._confidence = {False: min_confidence, True: CONFIDENCE_SHARE * min_confidence}
        self._closed = False
        self._open: dict[bool, tuple[int, Any, weakref.finalize[..., Any]]] = {}
        self._landmarker(False)

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        """Hands in the picture (H, W, 3) uint8 BGR, best first; a grey one is tinted like skin."""
        grey = is_grey(image_bgr)
        landmarker = self._landmarker(grey)
        if grey:
            image_bgr = tinted(image_bgr)
        height, width = image_bgr.shape[:2]
        found = landmarker.detect(to_mediapipe_image(image_bgr))
        hands = []
        for points, world, label in zip(
            found.hand_landmarks, found.hand_world_landmarks, found.handedness, strict=True
        ):
            hands.append(
                DetectedHand(
                    np.array([(p.x * width, p.y * height) for p in points], np.float32),
                    np.array([(p.x, p.y, p.z) for p in world], np.float32),
                    handedness_of_label(label[0].category_name),
                    float(label[0].score),
                )
            )
        return hands

    def _landmarker(self, grey: bool) -> Any:
        """MediaPipe's landmarker for grey pictures or for others, made when it is first needed."""
        made = self._open.get(grey)
        if made is not None and made[0] == self.max_hands:
            return made[1]
        if self._closed:
            raise RuntimeError("this detector is closed")
        wanted = self.max_hands
        new = open_landmarker(self._bundle, "IMAGE", wanted, self._confidence[grey])
        self._open[grey] = wanted, new, weakref.finalize(self, close_landmarker, new)
        if made is not None:
            made[2]()
        return new

    def close(self) -> None:
        """Free MediaPipe's graphs; a second call does nothing."""
        self._closed = True
        for _, _, free in self._open.values():
            free()
