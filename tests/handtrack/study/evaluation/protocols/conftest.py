"""Tiny data sets as published, and an estimator that answers by a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.sample import HandDataset
from handtrack.study.evaluation.estimators import HandPicture, JointsFound
from tests.handtrack.study.datasets.published.test_freihand import folder as freihand_folder
from tests.handtrack.study.datasets.published.test_rhd import folder as rhd_folder
from tests.handtrack.study.datasets.published.test_stb import folder as same_eyes_folder

__all__ = ["freihand_folder", "rhd_folder", "same_eyes_folder"]

FINGERTIPS = [4, 8, 12, 16, 20]

Answer = Callable[[np.ndarray], np.ndarray]


@pytest.fixture
def stb_folder(same_eyes_folder: Path) -> Path:
    """STB with other pictures for the right eye, so that a picture tells its hand."""
    for path in same_eyes_folder.rglob("BB_right_*.png"):
        cv2.imwrite(str(path), read_picture(path.parent, path.name) + 1)
    return same_eyes_folder


class Scripted:
    """Knows the truth (21, 3) of each picture of a data set; answers with a function of it for each loop."""

    def __init__(self, hands: HandDataset, *loops: Answer, name: str = "scripted") -> None:
        self.name = name
        self.shown: list[HandPicture] = []
        self.batches: list[int] = []
        self._samples = [hands[index] for index in range(len(hands))]
        self._loops = loops

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        self.shown += pictures
        self.batches.append(len(pictures))
        return [self._answer(picture) for picture in pictures]

    def _answer(self, picture: HandPicture) -> JointsFound:
        [sample] = [s for s in self._samples if np.array_equal(s.image, picture.image)]
        assert sample.joints_3d is not None
        truth = sample.joints_3d.astype(np.float64)
        joints_3d = np.stack([answer(truth) for answer in self._loops])
        return JointsFound(np.stack([sample.joints_2d] * len(self._loops)), joints_3d)


def tips_moved(millimetres: float) -> Answer:
    """The truth with all five fingertips so far from it, in units of 0.5 m and elsewhere in space."""

    def answer(truth: np.ndarray) -> np.ndarray:
        points = truth.copy()
        points[FINGERTIPS, 1] += millimetres / 1000
        return 2 * points + 8

    return answer


def scaled(truth: np.ndarray) -> np.ndarray:
    """The truth in units of 0.25 m."""
    return 4 * truth
