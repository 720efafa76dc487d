"""Estimators side by side on sets of hands whose truth is known: same hands, same rough places."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from handtrack.datasets.sample import HandDataset
from handtrack.errors import SourceError
from handtrack.evaluation.estimators import Estimator, HandPicture
from handtrack.evaluation.hand_facts import HandFacts, hand_facts
from handtrack.evaluation.mean_pose import MEAN_POSE, MeanPose
from handtrack.evaluation.scores import ScoreKeeper, Scores
from handtrack.geometry import hand_extent

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
class Comparison:
    """What a comparison keeps of a set: facts of each of N hands, and every estimator's errors on them.

    The last of the scores are those of always answering the set's mean pose.
    """

    evaluated: EvaluationSet
    facts: tuple[HandFacts, ...]
    scores: tuple[Scores, ...]


def compare(
    evaluated: EvaluationSet,
    estimators: Sequence[Estimator],
    limit: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int | None], None] | None = None,
) -> Comparison:
    """Errors of each estimator on the set, and last those of always answering the set's mean pose.

    limit: at most so many hands, chosen by the seed. The seed also sets the rough places, which depend
    on nothing else, so that comparisons of different estimators can be put side by side.
    progress: called with the hands done and their total. Raises SourceError for a hand that cannot be
    read and for an empty set, ModelError for an estimator whose answer is not finite.
    """
    if not len(evaluated.hands):
        raise SourceError(f"the {evaluated.name} set holds no hand; make it again")
    chosen = np.arange(len(evaluated.hands))
    if limit is not None and limit < len(chosen):
        chosen = np.sort(np.random.default_rng(seed).choice(len(chosen), limit, replace=False))
    keepers = [ScoreKeeper(estimator.name, evaluated.palm_length) for estimator in estimators]
    mean_pose = MeanPose()
    facts: list[HandFacts] = []
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
        for estimator, keeper in zip(estimators, keepers, strict=True):
            for found, sample in zip(estimator.find(pictures), samples, strict=True):
                keeper.add(found, sample, evaluated.measured_points.get(sample.key))
        for index, sample in zip(indices, samples, strict=True):
            mean_pose.add(sample)
            facts.append(hand_facts(int(index), sample))
        if progress:
            progress(len(facts), len(chosen))
    keepers.append(ScoreKeeper(MEAN_POSE, evaluated.palm_length))
    for found, sample in mean_pose.answers():
        keepers[-1].add(found, sample, evaluated.measured_points.get(sample.key))
    return Comparison(evaluated, tuple(facts), tuple(keeper.scores() for keeper in keepers))


def rough_joints(joints_2d: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Joints (21, 2) moved, turned and scaled together, by as much as a tracker's crop is off."""
    middle = (joints_2d.min(axis=0) + joints_2d.max(axis=0)) / 2
    shift = generator.normal(0, _SHIFT, 2) * hand_extent(joints_2d)
    turn, stretch = generator.normal(0, _TURN), math.exp(generator.normal(0, _STRETCH))
    cosine, sine = math.cos(turn) * stretch, math.sin(turn) * stretch
    return (joints_2d - middle) @ np.array([[cosine, sine], [-sine, cosine]]) + middle + shift
