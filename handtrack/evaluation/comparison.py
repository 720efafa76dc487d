"""Estimators side by side on sets of hands whose truth is known: same hands, same rough places."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from handtrack.datasets.sample import HandDataset, HandSample
from handtrack.evaluation.estimators import Estimator, HandPicture, JointsFound
from handtrack.evaluation.metrics import aligned_errors_mm, image_errors_percent
from handtrack.geometry import apply_affine, crop_from_joints, crop_matrix, hand_extent, invert_affine
from handtrack.model.constants import CROP_MARGIN

MEAN_POSE = "mean pose"

_BATCH = 16
_SHIFT = 0.05  # standard deviations of the rough places: of the hand's extent,
_TURN = math.radians(8)  # of its direction,
_STRETCH = 0.06  # and of its size (logarithm)


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Hands to compare on.

    palm_length: wrist to middle MCP in metres where all hands are one hand whose size is known; else
    each hand's own is measured. measured_points: by sample key, joint numbers and their pixels (2,) as
    a person measured them, independent of the labels.
    """

    name: str
    hands: HandDataset
    palm_length: float | None = None
    measured_points: Mapping[str, Mapping[int, np.ndarray]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measures:
    """How one estimator did on one set; lists go over its loops.

    error_2d_percent: mean joint error in the image, in % of the hand's extent. pa_mpjpe_mm: mean 3D
    joint error after Procrustes alignment, at a palm of 90 mm; pa_median_mm: median over the hands'
    means. measured_percent: mean distance from points that were measured by a person, in % of the
    hand's extent, or None without such points.
    """

    estimator: str
    hands: int
    error_2d_percent: list[float]
    pa_mpjpe_mm: list[float]
    pa_median_mm: list[float]
    measured_percent: list[float] | None


@dataclass(slots=True)
class _Scores:
    """Errors of one estimator so far: a row of L loops for each hand, and for each measured point."""

    image: list[list[float]] = field(default_factory=list)
    aligned: list[list[float]] = field(default_factory=list)
    measured: list[list[float]] = field(default_factory=list)

    def add(self, found: JointsFound, sample: HandSample, evaluated: EvaluationSet) -> None:
        known = np.isfinite(sample.spread)
        extent = hand_extent(sample.joints_2d)
        truth = true_points(sample)
        self.image.append([image_errors_percent(p, sample.joints_2d, known).mean() for p in found.joints_2d])
        self.aligned.append(
            [aligned_errors_mm(p, truth, known, evaluated.palm_length).mean() for p in found.joints_3d]
        )
        for joint, place in evaluated.measured_points.get(sample.key, {}).items():
            self.measured.append([math.dist(p[joint], place) / extent * 100 for p in found.joints_2d])

    def measures(self, estimator: str) -> Measures:
        return Measures(
            estimator,
            len(self.image),
            _rounded(np.mean(self.image, axis=0)),
            _rounded(np.mean(self.aligned, axis=0)),
            _rounded(np.median(self.aligned, axis=0)),
            _rounded(np.mean(self.measured, axis=0)) if self.measured else None,
        )


def compare(
    evaluated: EvaluationSet,
    estimators: Sequence[Estimator],
    limit: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int | None], None] | None = None,
) -> list[Measures]:
    """Measures of each estimator on the set, and last those of always answering the set's mean pose.

    limit: at most so many hands, chosen by the seed. The seed also sets the rough places, which depend
    on nothing else, so that comparisons of different estimators can be put side by side.
    progress: called with the hands done and their total. Raises SourceError for a hand that cannot be read.
    """
    chosen = np.arange(len(evaluated.hands))
    if limit is not None and limit < len(chosen):
        chosen = np.sort(np.random.default_rng(seed).choice(len(chosen), limit, replace=False))
    scores = [_Scores() for _ in estimators]
    mean_pose = _MeanPose(evaluated)
    for start in range(0, len(chosen), _BATCH):
        indices = chosen[start : start + _BATCH]
        samples = [evaluated.hands[int(index)] for index in indices]
        pictures = [
            HandPicture(
                sample.image,
                rough_joints(sample.joints_2d, np.random.default_rng([seed, int(index)])),
                sample.handedness,
                sample.camera,
            )
            for index, sample in zip(indices, samples, strict=True)
        ]
        for estimator, score in zip(estimators, scores, strict=True):
            for found, sample in zip(estimator.find(pictures), samples, strict=True):
                score.add(found, sample, evaluated)
        for sample in samples:
            mean_pose.add(sample)
        if progress:
            progress(start + len(samples), len(chosen))
    return [
        *(score.measures(estimator.name) for estimator, score in zip(estimators, scores, strict=True)),
        mean_pose.scores().measures(MEAN_POSE),
    ]


def true_points(sample: HandSample) -> np.ndarray:
    """Joints (21, 3) in camera axes: the sample's own in metres, else its pixels with depth in pixels."""
    if sample.joints_3d is not None:
        return sample.joints_3d
    return np.column_stack([sample.joints_2d, sample.depth])


def rough_joints(joints_2d: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Joints (21, 2) moved, turned and scaled together, by as much as a tracker's crop is off."""
    middle = (joints_2d.min(axis=0) + joints_2d.max(axis=0)) / 2
    shift = generator.normal(0, _SHIFT, 2) * hand_extent(joints_2d)
    turn, stretch = generator.normal(0, _TURN), math.exp(generator.normal(0, _STRETCH))
    cosine, sine = math.cos(turn) * stretch, math.sin(turn) * stretch
    return (joints_2d - middle) @ np.array([[cosine, sine], [-sine, cosine]]) + middle + shift


class _MeanPose:
    """The answer of one who never looks: the mean of the set's hands, upright and of one size."""

    def __init__(self, evaluated: EvaluationSet) -> None:
        self._evaluated = evaluated
        self._samples: list[HandSample] = []
        self._upright: list[np.ndarray] = []

    def add(self, sample: HandSample) -> None:
        bare = HandSample(  # the truth without its picture, which would fill the memory
            np.zeros((0, 0, 3), np.uint8),
            sample.joints_2d,
            sample.depth,
            sample.spread,
            sample.handedness,
            sample.source,
            sample.key,
            sample.joints_3d,
        )
        self._samples.append(bare)
        to_upright = _to_upright(sample)
        depth = sample.depth * math.sqrt(abs(np.linalg.det(to_upright[:, :2])))
        self._upright.append(np.column_stack([apply_affine(to_upright, sample.joints_2d), depth]))

    def scores(self) -> _Scores:
        mean = np.mean(self._upright, axis=0)
        scores = _Scores()
        for sample in self._samples:
            back = invert_affine(_to_upright(sample))
            placed = apply_affine(back, mean[:, :2])
            size = math.sqrt(abs(np.linalg.det(back[:, :2])))
            points = np.column_stack([placed, mean[:, 2] * size])
            scores.add(JointsFound(placed[None], points[None]), sample, self._evaluated)
        return scores


def _to_upright(sample: HandSample) -> np.ndarray:
    crop = crop_from_joints(sample.joints_2d, CROP_MARGIN, mirrored=sample.handedness == "left")
    return crop_matrix(crop, 1)


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 3) for value in values]
