"""Scores and comparisons made up for tests: small, and known to the last number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.comparison import Comparison, EvaluationSet
from handtrack.study.evaluation.estimators import HandPicture, JointsFound
from handtrack.study.evaluation.hand_facts import HandFacts, hand_facts
from handtrack.study.evaluation.mean_pose import MEAN_POSE
from handtrack.study.evaluation.scores import Scores


class Listed:
    """Samples in a list as a data set."""

    name = "listed"

    def __init__(self, samples: list[HandSample]) -> None:
        self._samples = samples

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> HandSample:
        return self._samples[index]


class Named:
    """An estimator that is never asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        raise AssertionError(f"{self.name} is only a name")


def made_scores(
    aligned: list[list[float]],
    exits: list[list[float]] | None = None,
    estimator: str = "ours",
    joints_2d: np.ndarray | None = None,
) -> Scores:
    """Scores whose every joint has the given aligned error, (N, L) mm; all else hangs on it.

    The image error in % is half of it, the error from the wrist twice. With exits, (N, L) probabilities,
    sigma is 0.01 and every residual 0.005, but for depth, whose residual is 0.015.
    """
    hands, loops = len(aligned), len(aligned[0])
    errors = np.repeat(np.array(aligned, np.float32)[..., None], 21, axis=2)
    if joints_2d is None:
        joints_2d = np.zeros((hands, loops, 21, 3), np.float32)
    unmeasured = np.full_like(errors, np.nan)
    if exits is None:
        return Scores(estimator, errors / 2, errors, errors * 2, unmeasured, joints_2d)
    residual = np.full((hands, loops, 21, 3), 0.005, np.float32)
    residual[..., 2] = 0.015
    residual[..., 0, 2] = np.nan
    sigma = np.full((hands, loops, 21, 3), 0.01, np.float32)
    return Scores(
        estimator,
        errors / 2,
        errors,
        errors * 2,
        unmeasured,
        joints_2d,
        residual,
        sigma,
        np.array(exits, np.float32),
    )


def made_facts(index: int, **fields: object) -> HandFacts:
    """Facts of a hand of 100 pixels in a crop of 150."""
    values: dict[str, object] = {
        "index": index,
        "source": "made",
        "key": f"made/{index}",
        "handedness": "right",
        "extent": 100.0,
        "crop_size": 150.0,
        "brightness": 50.0 + index,
        "flexion": 10.0 * index,
    }
    return HandFacts(**{**values, **fields})  # type: ignore[arg-type] # checked where they are used


def made_comparison(
    ours: list[list[float]],
    exits: list[list[float]],
    peers: dict[str, list[float]],
    name: str = "made",
    samples: list[HandSample] | None = None,
) -> Comparison:
    """One network and its peers (an error for each hand) on one set, and a mean pose with 40 mm."""
    if samples is None:
        facts = [made_facts(index) for index in range(len(ours))]
        samples = []
        joints = None
    else:
        facts = [hand_facts(index, sample) for index, sample in enumerate(samples)]
        joints = np.stack([[sample.joints_2d] * len(ours[0]) for sample in samples]).astype(np.float32)
    scores = [
        made_scores(ours, exits, joints_2d=joints),
        *(made_scores([[error] for error in errors], estimator=peer) for peer, errors in peers.items()),
        made_scores([[40.0]] * len(ours), estimator=MEAN_POSE),
    ]
    return Comparison(EvaluationSet(name, Listed(samples)), tuple(facts), tuple(scores))
