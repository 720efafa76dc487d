"""Every estimator asked about the same hands: which of a set, in which order, and where each roughly is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.geometry import hand_extent
from handtrack.study.datasets.sample import HandDataset, HandSample
from handtrack.study.evaluation.estimators import Estimator, HandPicture, JointsFound

_BATCH = 16
_SHIFT = 0.05  # standard deviations of the rough places: of the hand's extent,
_TURN = math.radians(8)  # of its direction,
_STRETCH = 0.06  # and of its size (logarithm)


@dataclass(frozen=True, slots=True)
class Answered:
    """A hand, its number within the set, and the answers of all estimators, in their order."""

    index: int
    sample: HandSample
    answers: tuple[JointsFound, ...]


def ask_all(
    hands: HandDataset,
    estimators: Sequence[Estimator],
    limit: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[Answered]:
    """Every hand of a set with everyone's answer.

    limit: at most so many hands, chosen by the seed. The seed also sets the rough places, which depend
    on nothing else, so that comparisons of different estimators can be put side by side.
    progress: called with the hands done and their total. Raises SourceError for a hand that cannot be read.
    """
    chosen = np.arange(len(hands))
    if limit is not None and limit < len(chosen):
        chosen = np.sort(np.random.default_rng(seed).choice(len(chosen), limit, replace=False))
    for start in range(0, len(chosen), _BATCH):
        indices = chosen[start : start + _BATCH].tolist()
        samples = [hands[index] for index in indices]
        pictures = [_picture(sample, seed, i) for i, sample in zip(indices, samples, strict=True)]
        found = zip(*(estimator.find(pictures) for estimator in estimators), strict=True)
        # With nobody to ask, the hands themselves still count.
        answers = list(found) if estimators else [()] * len(samples)
        for index, sample, answer in zip(indices, samples, answers, strict=True):
            yield Answered(index, sample, answer)
        if progress:
            progress(start + len(samples), len(chosen))


def _picture(sample: HandSample, seed: int, index: int) -> HandPicture:
    place = rough_joints(sample.joints_2d, np.random.default_rng([seed, index]))
    return HandPicture(sample.image, place, sample.handedness, sample.camera)


def rough_joints(joints_2d: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Joints (21, 2) moved, turned and scaled together, by as much as a tracker's crop is off."""
    middle = (joints_2d.min(axis=0) + joints_2d.max(axis=0)) / 2
    shift = generator.normal(0, _SHIFT, 2) * hand_extent(joints_2d)
    turn, stretch = generator.normal(0, _TURN), math.exp(generator.normal(0, _STRETCH))
    cosine, sine = math.cos(turn) * stretch, math.sin(turn) * stretch
    return (joints_2d - middle) @ np.array([[cosine, sine], [-sine, cosine]]) + middle + shift
