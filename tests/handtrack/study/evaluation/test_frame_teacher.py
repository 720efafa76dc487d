from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from handtrack.detectors.base import DetectedHand
from handtrack.hand import Crop
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher, TeacherPasses
from handtrack.study.evaluation.frame_teacher import CarefulFrameTeacher
from tests.handtrack.study.evaluation.conftest import spread_hand

IMAGE = np.full((240, 320, 3), 128, np.uint8)
JOINTS = (spread_hand()[:, :2] * 800 + np.array([160, 200])).astype(np.float32)


class Detector:
    """Finds a hand in upright pictures for as long as it is told to."""

    max_hands = 2

    def __init__(self) -> None:
        self.sees = True

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        return [DetectedHand(JOINTS, spread_hand(), "right", 0.9)] if self.sees else []

    def close(self) -> None:
        pass


class Teacher:
    """Sees the hand 5 px to the right of the detector's, noisily, wherever it looks near there."""

    def __init__(self) -> None:
        self.presence = 0.9
        self.looks = 0
        self._generator = np.random.default_rng(0)

    def look(self, image: np.ndarray, crops: Sequence[Crop]) -> TeacherPasses:
        self.looks += len(crops)
        near = [np.linalg.norm(np.array(crop.centre) - JOINTS.mean(axis=0)) < 60 for crop in crops]
        noise = self._generator.normal(0, 2, (len(crops), 21, 2))
        zeros = np.zeros((len(crops), 21, 3), np.float32)
        return TeacherPasses(
            (JOINTS + np.array([5.0, 0.0]) + noise).astype(np.float32),
            zeros[..., 0],
            zeros,
            np.where(near, self.presence, 0.0).astype(np.float32),
            np.full(len(crops), 0.2, np.float32),
        )


@pytest.fixture
def parts() -> tuple[CarefulFrameTeacher, Detector, Teacher]:
    detector, teacher = Detector(), Teacher()
    return CarefulFrameTeacher(detector, cast(LandmarkTeacher, teacher)), detector, teacher


def test_the_teachers_passes_are_combined(parts: tuple[CarefulFrameTeacher, Detector, Teacher]) -> None:
    frame_teacher, _, teacher = parts

    [hand] = frame_teacher(IMAGE)

    assert teacher.looks > 8
    assert np.abs(hand.joints_2d - JOINTS - np.array([5.0, 0.0])).mean() < 1.0  # of passes that are 2 px off
    assert hand.handedness == "left"


def test_a_hand_that_the_detector_loses_is_sought_where_it_was(
    parts: tuple[CarefulFrameTeacher, Detector, Teacher],
) -> None:
    frame_teacher, detector, _ = parts
    frame_teacher(IMAGE)
    detector.sees = False

    assert len(frame_teacher(IMAGE)) == 1
    assert len(frame_teacher(IMAGE)) == 1


def test_a_hand_that_the_teacher_does_not_see_is_given_up(
    parts: tuple[CarefulFrameTeacher, Detector, Teacher],
) -> None:
    frame_teacher, detector, teacher = parts
    frame_teacher(IMAGE)
    detector.sees = False
    teacher.presence = 0.1

    assert frame_teacher(IMAGE) == []
