"""MediaPipe's landmark networks and its whole HandLandmarker, as contestants."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from handtrack.cropping import warp_crop
from handtrack.detectors.landmarker import Landmarker, to_mediapipe_image
from handtrack.errors import ModelError
from handtrack.hand import Frame
from handtrack.study.datasets.labelling.teacher import INPUT_PIXELS, landmark_request
from handtrack.study.evaluation.mediapipe_lite import ensure_lite_bundle
from handtrack.study.evaluation.mediapipe_peer import FULL, LITE, mediapipe_crop

HAND_LANDMARKER: Final = "MediaPipe HandLandmarker"


class LandmarkNetwork:
    """A landmark network of MediaPipe's alone, in OpenVINO on one thread.

    Only the network is timed, from its float input to its outputs: cutting and converting the crop are not.
    """

    def __init__(self, name: str, bundle: Path, joints: Mapping[int, np.ndarray]) -> None:
        """Compile it. joints: (21, 2) pixels, by frame index; frames without any are left out.

        Raises ModelError where the bundle or OpenVINO cannot be used.
        """
        self.name = name
        self._joints = joints
        self._request = landmark_request(bundle)

    def prepare(self, frame: Frame) -> np.ndarray | None:
        """The network's input: the crop that MediaPipe would take, RGB in 0..1."""
        joints = self._joints.get(frame.index)
        if joints is None:
            return None
        shown = cv2.cvtColor(warp_crop(frame.image, mediapipe_crop(joints), INPUT_PIXELS), cv2.COLOR_BGR2RGB)
        return np.multiply(shown[None], np.float32(1 / 255), dtype=np.float32)

    def run(self, prepared: np.ndarray | None) -> Any:
        """One pass, its outputs left where they are."""
        if prepared is None:
            return None
        return self._request.infer([prepared], share_inputs=True, share_outputs=True)

    def observe(self, outcome: Any) -> Mapping[str, float] | None:
        """Nothing more is known of a pass."""
        return None if outcome is None else {}


def landmark_networks(
    bundle: Path, joints: Mapping[int, np.ndarray]
) -> tuple[list[LandmarkNetwork], list[str]]:
    """MediaPipe's full and lite networks as far as they can be had, and a sentence on each that cannot."""
    networks, notes = [], []
    for name, find in ((FULL, lambda: bundle), (LITE, ensure_lite_bundle)):
        try:
            networks.append(LandmarkNetwork(name, find(), joints))
        except ModelError as error:
            notes.append(f"{name}'s landmark network was not measured: {error}")
    return networks, notes


class VideoLandmarker:
    """MediaPipe's HandLandmarker in VIDEO mode: its own detector, tracking and landmark network.

    The conversion of the picture to MediaPipe's image is not timed.
    """

    name = HAND_LANDMARKER

    def __init__(self, bundle: Path, max_hands: int = 1) -> None:
        """Load the bundle. Raises ModelError when MediaPipe refuses it."""
        self._landmarker = Landmarker(bundle, "VIDEO", max_hands)
        self._last_ms = -1

    def prepare(self, frame: Frame) -> tuple[Any, int]:
        """MediaPipe's image of the frame, and its time in whole milliseconds, which must rise."""
        self._last_ms = max(self._last_ms + 1, round(frame.timestamp * 1000))
        return to_mediapipe_image(frame.image), self._last_ms

    def run(self, prepared: tuple[Any, int]) -> Any:
        """Find the hands of the next frame."""
        return self._landmarker.find(*prepared)

    def observe(self, outcome: Any) -> Mapping[str, float] | None:
        """The frame counts where a hand was found."""
        return {} if outcome.hand_landmarks else None

    def close(self) -> None:
        """Free MediaPipe's graph; a second call does nothing."""
        self._landmarker.close()
