"""The answer of one who never looks: the bar that every estimator must clear."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints, crop_matrix, invert_affine
from handtrack.model.constants import CROP_MARGIN
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.estimators import JointsFound

MEAN_POSE = "mean pose"

_NO_PICTURE = np.zeros((0, 0, 3), np.uint8)


class MeanPose:
    """The mean of a set's hands, upright and of one size, placed where each hand truly is."""

    def __init__(self) -> None:
        self._samples: list[HandSample] = []
        self._upright: list[np.ndarray] = []

    def add(self, sample: HandSample) -> None:
        """Count a hand in."""
        # The truth without its picture, which would fill the memory.
        self._samples.append(replace(sample, image=_NO_PICTURE, mask=None))
        to_upright = _to_upright(sample)
        depth = sample.depth * math.sqrt(abs(np.linalg.det(to_upright[:, :2])))
        self._upright.append(np.column_stack([apply_affine(to_upright, sample.joints_2d), depth]))

    def answers(self) -> list[tuple[JointsFound, HandSample]]:
        """For every hand counted in, the mean of all, and the hand without its picture."""
        mean = np.mean(self._upright, axis=0)
        answers = []
        for sample in self._samples:
            back = invert_affine(_to_upright(sample))
            placed = apply_affine(back, mean[:, :2])
            size = math.sqrt(abs(np.linalg.det(back[:, :2])))
            points = np.column_stack([placed, mean[:, 2] * size])
            answers.append((JointsFound(placed[None], points[None]), sample))
        return answers


def _to_upright(sample: HandSample) -> np.ndarray:
    crop = crop_from_joints(sample.joints_2d, CROP_MARGIN, mirrored=sample.handedness == "left")
    return crop_matrix(crop, 1)
