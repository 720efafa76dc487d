from __future__ import annotations

import numpy as np

from handtrack.detectors.base import DetectedHand
from handtrack.hand import HandTruth
from handtrack.synthesis.finder import find_hands

IMAGE = np.zeros((400, 400, 3), np.uint8)


def truth(height: float) -> HandTruth:
    joints = np.stack([np.linspace(100, 140, 21), np.linspace(100, 100 + height, 21)], axis=1)
    return HandTruth(joints.astype(np.float32), np.zeros((21, 3), np.float32), np.ones(21, bool), "right")


class Detector:
    """Finds what it is told to find, frame after frame."""

    def __init__(self, *answers: list[np.ndarray]) -> None:
        self._answers = iter(answers)

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        return [
            DetectedHand(joints.astype(np.float32), np.zeros((21, 3), np.float32), "right", 1.0)
            for joints in next(self._answers)
        ]

    def close(self) -> None:
        pass


def test_a_hand_counts_as_found_only_where_it_is():
    hand = truth(100)
    right, wrong = hand.joints_2d + (10, 0), hand.joints_2d + (200, 0)
    frames = [(index, IMAGE, (hand,)) for index in range(4)]

    result = find_hands(frames, Detector([right], [wrong], [], [wrong, right]))

    assert (result.frames, result.counted, result.found) == (4, 4, 2)
    assert result.share == 0.5
    assert result.missed == (1, 2)
    assert abs(result.error - 0.1) < 1e-6


def test_hands_too_small_in_the_frame_do_not_count():
    frames = [(0, IMAGE, (truth(59),)), (1, IMAGE, (truth(61),))]

    result = find_hands(frames, Detector([], []))

    assert (result.frames, result.counted, result.found, result.missed) == (2, 1, 0, (1,))
    assert np.isnan(result.error)


def test_progress_is_told_frame_by_frame():
    told: list[int] = []

    find_hands([(0, IMAGE, ()), (1, IMAGE, ())], Detector([], []), told.append)

    assert told == [1, 2]
