"""Who takes part: MediaPipe's HandLandmarker; ours alone, in stills, in a video's beginning."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from handtrack.detectors import HandFinder
from handtrack.detectors.landmarker import Landmarker, joints_in_pixels, to_mediapipe_image
from handtrack.hand import FrameResult
from handtrack.study.evaluation.finding.truth import Place, place_of_crop, place_of_joints
from handtrack.tracking.tracker import HandTracker

LANDMARKER: Final = "MediaPipe IMAGE"
_LANDMARKER_HANDS: Final = 4
_FRAMES: Final = 10
"""Of a second: as few as a dim room leaves a camera, and enough to look at every part of the picture."""


class Finder(Protocol):
    """Someone who finds hands in single pictures; only `run` is timed."""

    name: str

    def prepare(self, image_bgr: np.ndarray) -> Any:
        """What `run` works on, of a picture (H, W, 3) uint8 BGR."""
        ...

    def run(self, prepared: Any) -> Any:
        """The work itself."""
        ...

    def places(self, outcome: Any) -> list[Place]:
        """Where hands are, by what `run` gave."""
        ...


class LandmarkerFinder:
    """MediaPipe's HandLandmarker in IMAGE mode as it comes, but for up to four hands.

    A palm counts only where its landmark network agrees. Converting the picture is not timed.
    """

    name = LANDMARKER

    def __init__(self, bundle: Path) -> None:
        """Load the bundle. Raises ModelError when MediaPipe refuses it."""
        self._landmarker = Landmarker(bundle, "IMAGE", _LANDMARKER_HANDS)
        self.close = self._landmarker.close
        self._size = (0, 0)

    def prepare(self, image_bgr: np.ndarray) -> Any:
        """MediaPipe's image."""
        self._size = image_bgr.shape[1], image_bgr.shape[0]
        return to_mediapipe_image(image_bgr)

    def run(self, prepared: Any) -> Any:
        """Find hands."""
        return self._landmarker.find(prepared)

    def places(self, outcome: Any) -> list[Place]:
        """Of their landmarks."""
        return [place_of_joints(joints_in_pixels(each, self._size)) for each in outcome.hand_landmarks]


class CandidateFinder:
    """One of our finders alone: what it offers the tracker, before the network has looked at it."""

    role = "candidates"

    def __init__(self, name: str, finder: HandFinder) -> None:
        self.name = f"{name}, {self.role}"
        self._finder = finder

    def prepare(self, image_bgr: np.ndarray) -> np.ndarray:
        """The picture as it is."""
        return image_bgr

    def run(self, prepared: np.ndarray) -> Any:
        """Find candidates."""
        return self._finder.detect(prepared)

    def places(self, outcome: Any) -> list[Place]:
        """Of their crops."""
        return [place_of_crop(each.crop) for each in outcome]


class StillFinder:
    """Our tracker on a picture that stands alone. Its hands are all that it shows, each where it was last."""

    role = "stills"

    def __init__(self, name: str, tracker: HandTracker) -> None:
        self.name = f"{name}, {self.role}"
        self._tracker = tracker

    def prepare(self, image_bgr: np.ndarray) -> np.ndarray:
        """The picture as it is; the tracker forgets all that was before it."""
        self._tracker.reset()
        return image_bgr

    def run(self, prepared: np.ndarray) -> list[FrameResult]:
        """See the picture."""
        return [self._tracker.detect(prepared)]

    def places(self, outcome: list[FrameResult]) -> list[Place]:
        """Of the hands' joints."""
        last = {hand.track_id: hand for result in outcome for hand in result.hands}
        return [place_of_joints(hand.raw_joints_2d) for hand in last.values()]


class FirstFrameFinder(StillFinder):
    """Our tracker on the first frame of a video."""

    role = "first frame"

    def run(self, prepared: np.ndarray) -> list[FrameResult]:
        """See the frame."""
        return [self._tracker.process(prepared, 0.0)]


class FirstSecondFinder(StillFinder):
    """Our tracker on a picture held before a camera for a second: what users of a camera get."""

    role = "first second"

    def run(self, prepared: np.ndarray) -> list[FrameResult]:
        """See all frames."""
        return [self._tracker.process(prepared, number / _FRAMES) for number in range(_FRAMES + 1)]
