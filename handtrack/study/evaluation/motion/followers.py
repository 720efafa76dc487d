"""Who is put to the bench of motion: our tracker, and MediaPipe's HandLandmarker in VIDEO mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.detectors.landmarker import joints_in_pixels
from handtrack.detectors.mediapipe_hands import handedness_of_label
from handtrack.hand import Frame
from handtrack.study.evaluation.motion.matching import ShownHand
from handtrack.study.evaluation.speed.peers import VideoLandmarker
from handtrack.study.evaluation.speed.timing import timed_on_processor
from handtrack.tracking.both_ways import smooth_recorded_2d
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

    def afterwards(self, shown: Sequence[Shown], times: np.ndarray) -> list[Shown] | None:
        """What it makes of a whole clip that was followed, at times (F,) in seconds; None if nothing else."""
        ...


class TrackerMotion:
    """Our tracker, as it is set."""

    def __init__(self, name: str, tracker: HandTracker, settings: TrackerSettings) -> None:
        """settings: the tracker's own; several may share a tracker, each with a threshold of its own."""
        self.name = name
        self._tracker = tracker
        self._settings = settings

    def start(self) -> None:
        """Forget all hands."""
        self._tracker.gate_threshold = self._settings.gate_threshold
        self._tracker.reset()

    def follow(self, frame: Frame) -> Shown:
        """Smoothed joints and those before smoothing."""
        result, ms, processor_ms = timed_on_processor(self._tracker.process_frame, frame)
        hands = [
            ShownHand(
                hand.joints_2d,
                hand.raw_joints_2d,
                hand.handedness,
                hand.track_id,
                hand.sigma_2d,
                hand.crop.size,
            )
            for hand in result.hands
        ]
        return Shown(hands, ms, processor_ms)

    def afterwards(self, shown: Sequence[Shown], times: np.ndarray) -> list[Shown]:
        """As a recording is smoothed, both ways."""
        hands = [list(each.hands) for each in shown]
        where: dict[int | None, list[tuple[int, int]]] = {}
        for frame, seen in enumerate(hands):
            for row, hand in enumerate(seen):
                where.setdefault(hand.track, []).append((frame, row))
        for places in where.values():
            track = [hands[frame][row] for frame, row in places]
            smooth = smooth_recorded_2d(
                np.stack([hand.raw_2d for hand in track]),
                np.stack([hand.sigma for hand in track if hand.sigma is not None]),
                np.array([hand.crop_size for hand in track]),
                times[[frame for frame, _ in places]],
                self._settings,
            )
            for (frame, row), hand, joints in zip(places, track, smooth, strict=True):
                hands[frame][row] = replace(hand, joints_2d=joints)
        return [replace(each, hands=seen) for each, seen in zip(shown, hands, strict=True)]


class LandmarkerMotion:
    """MediaPipe's HandLandmarker in VIDEO mode, opened anew for each clip; converting pictures is not timed.

    It says no identity.
    """

    def __init__(self, name: str, bundle: Path, max_hands: int) -> None:
        self.name = name
        self._bundle = bundle
        self._max_hands = max_hands
        self._landmarker: VideoLandmarker | None = None

    def start(self) -> None:
        """Open it. Raises ModelError where MediaPipe refuses the bundle."""
        self.close()
        self._landmarker = VideoLandmarker(self._bundle, self._max_hands)

    def close(self) -> None:
        """Free MediaPipe's graph; a second call does nothing."""
        if self._landmarker is not None:
            self._landmarker.close()
            self._landmarker = None

    def follow(self, frame: Frame) -> Shown:
        """Its image landmarks, for both kinds of joints."""
        assert self._landmarker is not None, "start comes first"
        prepared = self._landmarker.prepare(frame)
        found, ms, processor_ms = timed_on_processor(self._landmarker.run, prepared)
        hands = []
        for points, label in zip(found.hand_landmarks, found.handedness, strict=True):
            joints = joints_in_pixels(points, frame.size)
            hands.append(ShownHand(joints, joints, handedness_of_label(label[0].category_name), None))
        return Shown(hands, ms, processor_ms)

    def afterwards(self, shown: Sequence[Shown], times: np.ndarray) -> None:
        """It smooths nothing."""
        return None
