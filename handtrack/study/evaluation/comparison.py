"""Estimators side by side on sets of hands whose truth is known: same hands, same rough places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from handtrack.errors import SourceError
from handtrack.study.datasets.sample import HandDataset
from handtrack.study.evaluation.asking import ask_all
from handtrack.study.evaluation.estimators import Estimator
from handtrack.study.evaluation.hand_facts import HandFacts, hand_facts
from handtrack.study.evaluation.mean_pose import MEAN_POSE, MeanPose
from handtrack.study.evaluation.mediapipe_peer import IMAGE_Z
from handtrack.study.evaluation.scores import ScoreKeeper, Scores


@dataclass(frozen=True, slots=True)
class MarkedNails:
    """Nails of one hand, at least one, that a person marked.

    boxes: (K, 4) x0 y0 x1 y1 in pixels. labelled: (K,) bool, where the label has a finger tip in the box
    grown by half.
    """

    boxes: np.ndarray
    labelled: np.ndarray


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Hands to compare on.

    palm_length: wrist to middle MCP in metres where all hands are one hand whose size is known; else
    each hand's own is measured. measured_points: by sample key, joint numbers and their pixels (2,) as
    a person measured them, independent of the labels. nails: by a hand's number in the set, the boxes of
    its nails, for hands some of whose nails a person marked.
    """

    name: str
    hands: HandDataset
    palm_length: float | None = None
    measured_points: Mapping[str, Mapping[int, np.ndarray]] = field(default_factory=dict)
    nails: Mapping[int, MarkedNails] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison keeps of a set: facts of each of N hands, and every estimator's errors on them.

    The last of the scores are those of always answering the set's mean pose.
    """

    evaluated: EvaluationSet
    facts: tuple[HandFacts, ...]
    scores: tuple[Scores, ...]

    @property
    def in_image(self) -> list[Scores]:
        """Of the estimators that find points in the image.

        MediaPipe's other reading of depth has the same points, and the mean pose is placed where the hand is.
        """
        return [
            each
            for each in self.scores
            if each.estimator != MEAN_POSE and not each.estimator.endswith(IMAGE_Z)
        ]


def compare(
    evaluated: EvaluationSet,
    estimators: Sequence[Estimator],
    limit: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int | None], None] | None = None,
) -> Comparison:
    """Errors of each estimator on the set, and last those of always answering the set's mean pose.

    limit, seed, progress: as in `ask_all`. Raises SourceError for a hand that cannot be read and for an
    empty set, ModelError for an estimator whose answer is not finite.
    """
    if not len(evaluated.hands):
        raise SourceError(f"the {evaluated.name} set holds no hand; make it again")
    keepers = [ScoreKeeper(estimator.name, evaluated.palm_length) for estimator in estimators]
    mean_pose = MeanPose()
    facts: list[HandFacts] = []
    for hand in ask_all(evaluated.hands, estimators, limit, seed, progress):
        for keeper, found in zip(keepers, hand.answers, strict=True):
            keeper.add(found, hand.sample, evaluated.measured_points.get(hand.sample.key))
        mean_pose.add(hand.sample)
        facts.append(hand_facts(hand.index, hand.sample))
    keepers.append(ScoreKeeper(MEAN_POSE, evaluated.palm_length))
    for found, sample in mean_pose.answers():
        keepers[-1].add(found, sample, evaluated.measured_points.get(sample.key))
    return Comparison(evaluated, tuple(facts), tuple(keeper.scores() for keeper in keepers))
