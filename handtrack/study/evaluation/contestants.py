"""Who takes part in an evaluation: networks from weights files, MediaPipe beside them, and their cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handtrack.engines import create_engine
from handtrack.model.cost import NetworkCost, network_cost
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.evaluation.estimators import Estimator, NetworkEstimator, StillEstimator
from handtrack.study.evaluation.measures.grouping import group_certainty
from handtrack.study.evaluation.measures.landmark_cost import landmark_network_cost
from handtrack.study.evaluation.mediapipe_peer import (
    BOTH,
    FULL,
    LITE,
    CarefulMediaPipeEstimator,
    MediaPipeEstimator,
    MediaPipeImageEstimator,
    OnePass,
)


@dataclass(frozen=True, slots=True)
class Contestant:
    """An estimator and what it costs a hand.

    Of a network of ours, else None: weights, the file's name; digest, its SHA-256; group_certainty, see
    `measures.grouping`.
    """

    estimator: Estimator
    cost: NetworkCost | None
    weights: str | None = None
    digest: str | None = None
    group_certainty: float | None = None


def network_contestants(
    paths: Sequence[Path], engine: str = "auto", stills: bool = False
) -> list[Contestant]:
    """Networks from weights files. Raises ModelError for a file or an engine that cannot be used.

    stills: after them, each once more as it looks at a hand in a still.
    """
    from handtrack.model.checkpoint import load_weights
    from handtrack.model.weights_file import weights_digest

    contestants, as_stills = [], []
    for name, path in zip(_names(paths), paths, strict=True):
        network, _ = load_weights(path)
        estimator = NetworkEstimator(name, create_engine(engine, path))
        as_stills.append(Contestant(StillEstimator(estimator), None))
        contestants.append(
            Contestant(
                estimator,
                network_cost(network),
                path.name,
                weights_digest(path),
                group_certainty(network),
            )
        )
    return [*contestants, *(as_stills if stills else [])]


def mediapipe_contestants(
    full: Path, lite: Path | None = None, once: bool = True, careful: bool = False
) -> list[Contestant]:
    """MediaPipe's landmark networks, of the hand bundles with the full and the lite one.

    once: each network used once. careful: with many passes a hand, the full one, and where there is a lite
    one that too, and both together. Raises ModelError where a bundle cannot be used.
    """
    bundles = {FULL: full} | ({} if lite is None else {LITE: lite})
    teachers = {name: LandmarkTeacher(bundle) for name, bundle in bundles.items()}
    contestants = []
    if once:
        for name, teacher in teachers.items():
            contestants += _once(teacher, name, bundles[name])
    if careful:
        asked = {name: [teacher] for name, teacher in teachers.items()}
        if len(teachers) > 1:
            asked[BOTH] = list(teachers.values())
        contestants += [
            Contestant(CarefulMediaPipeEstimator(*those, name=name), None) for name, those in asked.items()
        ]
    return contestants


def _once(teacher: LandmarkTeacher, name: str, bundle: Path) -> list[Contestant]:
    once, cost = OnePass(teacher), landmark_network_cost(bundle)
    return [
        Contestant(MediaPipeEstimator(once, name), cost),
        Contestant(MediaPipeImageEstimator(once, name), cost),
    ]


def _names(paths: Sequence[Path]) -> list[str]:
    """The files' names, or their folders' where names repeat, as training writes them, or whole paths."""
    names = [path.stem for path in paths]
    if len(paths) > 1 and len(set(names)) < len(names):
        names = [path.resolve().parent.name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]
