"""How the cost grows: with a second hand, and with the gate's threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.detectors import HandFinder
from handtrack.engines import Engine
from handtrack.study.evaluation.speed.clip_frames import P720
from handtrack.study.evaluation.speed.contestants import ESTIMATOR, LOOPS, TrackedClip
from handtrack.study.evaluation.speed.race import TOTAL, Race
from handtrack.study.evaluation.speed.timing import Against, Percentiles, percentiles
from handtrack.study.evaluation.speed.trial import Trial

THRESHOLDS: Final = (0.0, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.0)
WARM: Final = "warm"
COLD: Final = "cold"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a frame costs one way. mean_loops: of its hands. estimator, tracker: milliseconds."""

    frames: int
    mean_loops: float
    estimator: Percentiles
    tracker: Percentiles


@dataclass(frozen=True, slots=True)
class ThresholdCost:
    """What a frame costs at one threshold. start: "warm" or "cold"."""

    threshold: float
    start: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class HandsCost:
    """One hand and two on the same pictures, which show two.

    tracker_ratio, estimator_ratio: two over one.
    """

    one: Cost
    two: Cost
    tracker_ratio: Against
    estimator_ratio: Against


def measure_hands(trial: Trial, engine: Engine, two_hands: HandFinder) -> HandsCost | None:
    """Two hands against one at 720p; None where two are never followed.

    two_hands: a detector for two.
    """
    contestants = [
        TrackedClip("1", engine, trial.detector, trial.settings),
        TrackedClip("2", engine, two_hands, trial.settings.model_copy(update={"max_hands": 2})),
    ]
    measured = trial.race(contestants, P720, two_hands=True)
    one, two = (cost_of(measured, name) for name in ("1", "2"))
    tracker, estimator = (measured.against("2", "1", value, value) for value in (TOTAL, ESTIMATOR))
    if one is None or two is None or tracker is None or estimator is None:
        return None
    return HandsCost(one, two, tracker, estimator)


def measure_thresholds(trial: Trial, engine: Engine) -> list[ThresholdCost]:
    """One hand at 720p at each threshold of the gate, with warm and with cold starts.

    At threshold 0 every hand gets one loop, at 1 as many as there are.
    """
    ways = {(each, start): f"{each:g}, {start}" for start in (WARM, COLD) for each in THRESHOLDS}
    contestants = [
        TrackedClip(
            name,
            engine,
            trial.detector,
            trial.settings.model_copy(update={"gate_threshold": threshold, "warm_start": start == WARM}),
        )
        for (threshold, start), name in ways.items()
    ]
    measured = trial.race(contestants, P720)
    return [
        ThresholdCost(threshold, start, cost)
        for (threshold, start), name in ways.items()
        if (cost := cost_of(measured, name))
    ]


def cost_of(measured: Race, name: str) -> Cost | None:
    """What a contestant's frames cost; None where none counts."""
    estimator, tracker = percentiles(measured.series(name, ESTIMATOR)), percentiles(measured.series(name))
    if estimator is None or tracker is None:
        return None
    return Cost(tracker.count, float(np.mean(measured.series(name, LOOPS))), estimator, tracker)
