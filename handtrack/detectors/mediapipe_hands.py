"""MediaPipe's hand landmarker as a whole-frame detector: finds hands, then rests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from handtrack.detectors.base import DetectedHand
from handtrack.detectors.grey import CONFIDENCE_SHARE, is_grey, tinted
from handtrack.detectors.landmarker import Landmarker, joints_in_pixels, to_mediapipe_image
from handtrack.hand import Handedness


def handedness_of_label(label: str) -> Handedness:
    """Hand of the person for MediaPipe's label on a picture that is not mirrored.

    MediaPipe's first task models took pictures for mirrored selfies and named the other hand; since
    0.10.15 the label is the person's own hand. A test holds this on a hand whose side can be seen.
    """
    return "right" if label == "Right" else "left"


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
        self._open: dict[bool, tuple[int, Landmarker]] = {}
        self._landmarker(False)

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        """Hands in the picture (H, W, 3) uint8 BGR, best first; a grey one is tinted like skin."""
        grey = is_grey(image_bgr)
        landmarker = self._landmarker(grey)
        if grey:
            image_bgr = tinted(image_bgr)
        height, width = image_bgr.shape[:2]
        found = landmarker.find(to_mediapipe_image(image_bgr))
        hands = []
        for points, world, label in zip(
            found.hand_landmarks, found.hand_world_landmarks, found.handedness, strict=True
        ):
            hands.append(
                DetectedHand(
                    joints_in_pixels(points, (width, height)).astype(np.float32),
                    np.array([(p.x, p.y, p.z) for p in world], np.float32),
                    handedness_of_label(label[0].category_name),
                    float(label[0].score),
                )
            )
        return hands

    def _landmarker(self, grey: bool) -> Landmarker:
        """MediaPipe's landmarker for grey pictures or for others, made when it is first needed."""
        made = self._open.get(grey)
        if made is not None and made[0] == self.max_hands:
            return made[1]
        if self._closed:
            raise RuntimeError("this detector is closed")
        wanted = self.max_hands
        new = Landmarker(self._bundle, "IMAGE", wanted, self._confidence[grey])
        self._open[grey] = wanted, new
        if made is not None:
            made[1].close()
        return new

    def close(self) -> None:
        """Free MediaPipe's graphs; a second call does nothing."""
        self._closed = True
        for _, landmarker in self._open.values():
            landmarker.close()
