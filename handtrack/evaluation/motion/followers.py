"""Who is put to the bench of motion: our tracker, and MediaPipe's HandLandmarker in VIDEO mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from handtrack.detectors.mediapipe_hands import handedness_of_label
from handtrack.evaluation.motion.matching import ShownHand
from handtrack.evaluation.speed.peers import ClipLandmarker
from handtrack.evaluation.speed.timing import timed_on_processor
from handtrack.hand import Frame
from handtrack.tracking.tracker import HandTracker


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame's hands, what they took in ms, and in ms of processor time of all threads."""

    hands: list[ShownHand]
    ms: float
    processor_ms: float


class MotionFollower(Protocol):
    """Whoever follows hands from frame to frame."""

    name: str

    def start(self) -> None:
        """Forget everything: a clip begins."""
        ...

    def follow(self, frame: Frame) -> Shown:
        """The hands in the next frame, whose timestamp is the true one."""
        ...


class TrackerMotion:
    """Our tracker, as it is set."""

    def __init__(self, name: str, tracker: HandTracker) -> None:
        self.name = name
        self._tracker = tracker

    def start(self) -> None:
        """Forget all hands."""
        self._tracker.reset()

    def follow(self, frame: Frame) -> Shown:
        """Smoothed joints and those before smoothing."""
        result, ms, processor_ms = timed_on_processor(self._tracker.process_frame, frame)
        hands = [
            ShownHand(hand.joints_2d, hand.raw_joints_2d, hand.handedness, hand.track_id)
            for hand in result.hands
        ]
        return Shown(hands, ms, processor_ms)


class LandmarkerMotion(ClipLandmarker):
    """MediaPipe's HandLandmarker in VIDEO mode: no identity; converting pictures is not timed."""

    def follow(self, frame: Frame) -> Shown:
        """Its image landmarks, for both kinds of joints."""
        assert self._landmarker is not None, "start comes first"
        prepared = self._landmarker.prepare(frame)
        found, ms, processor_ms = timed_on_processor(self._landmarker.run, prepared)
        hands = []
        for points, label in zip(found.hand_landmarks, found.handedness, strict=True):
            joints = np.array([(point.x, point.y) for point in points]) * np.array(frame.size)
            hands.append(ShownHand(joints, joints, handedness_of_label(label[0].category_name), None))
        return Shown(hands, ms, processor_ms)
