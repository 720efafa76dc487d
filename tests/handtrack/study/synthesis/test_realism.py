from __future__ import annotations

import numpy as np
import pytest

from handtrack.detectors.base import DetectedHand
from handtrack.hand import HandTruth
from handtrack.study.synthesis.realism import WholeFrame, all_of, find_hands

IMAGE = np.zeros((400, 400, 3), np.uint8)


def truth(height: float) -> HandTruth:
    joints = np.stack([np.linspace(100, 140, 21), np.linspace(100, 100 + height, 21)], axis=1)
    return HandTruth(joints.astype(np.float32), np.zeros((21, 3), np.float32), np.ones(21, bool), "right")


class Detector:
    """Finds what it is told to find, frame after frame."""

    max_hands = 2

    def __init__(self, *answers: list[np.ndarray]) -> None:
        self._answers = iter(answers)

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        return [
            DetectedHand(joints.astype(np.float32), np.zeros((21, 3), np.float32), "right", 1.0)
            for joints in next(self._answers)
        ]

    def close(self) -> None:
        pass


def frames(*hands: HandTruth, kind: str = "webcam") -> list[WholeFrame]:
    return [WholeFrame(kind, IMAGE, (hand,)) for hand in hands]


def test_a_hand_counts_as_found_only_where_it_is():
    hand = truth(100)
    right, wrong = hand.joints_2d + np.array([10, 0]), hand.joints_2d + np.array([200, 0])

    answers = Detector([right], [wrong], [], [wrong, right])
    found = find_hands(frames(hand, hand, hand, hand), answers)["webcam"]

    assert found.counted == 4
    assert found.share == 0.5
    assert found.errors == pytest.approx([0.1, 0.1])
    assert found.median_error == pytest.approx(0.1)


def test_hands_too_small_in_the_frame_do_not_count():
    found = find_hands(frames(truth(59), truth(61)), Detector([], []))["webcam"]

    assert found.counted == 1
    assert found.share == 0
    assert np.isnan(found.median_error)


def test_views_are_counted_by_kind_and_together():
    hand = truth(100)
    shown = [*frames(hand, hand), *frames(hand, kind="side")]

    found = find_hands(shown, Detector([hand.joints_2d], [], [hand.joints_2d]))

    assert {kind: part.share for kind, part in found.items()} == {"webcam": 0.5, "side": 1.0}
    assert all_of(found.values()).counted == 3
    assert all_of(found.values()).share == pytest.approx(2 / 3)


def test_progress_is_told_frame_by_frame():
    told: list[int] = []

    find_hands(frames(truth(1), truth(1)), Detector([], []), told.append)

    assert told == [1, 2]
