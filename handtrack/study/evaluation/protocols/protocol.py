"""What a published protocol prescribes, and running it: every estimator on the same hands and places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.errors import ModelError
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.sample import HandDataset, HandSample
from handtrack.study.evaluation.asking import ask_all
from handtrack.study.evaluation.estimators import Estimator
from handtrack.study.evaluation.protocols.curves import area_under_curve, mean_error, median_error, pck_curve

_MM_PER_M = 1000.0
_PLACE = "the hand's rough place and its side are given to every estimator; published methods differ in this"


def all_joints(sample: HandSample) -> np.ndarray:
    """Every joint counts: (21,) bool."""
    return np.ones(JOINT_COUNT, bool)


@dataclass(frozen=True, slots=True)
class Protocol:
    """Hands to measure on, and how.

    published_hands: how many hands the published evaluation has. joint_errors: errors (21,) in metres of
    points (21, 3), in any unit and origin, from truth (21, 3) in metres, after the alignment that is allowed.
    counted: by name of the result, which joints (21,) bool of a sample count in it. thresholds_mm: (T,) of
    the PCK curve. from_20_mm: where "20-50 mm" begins in them, or None if there is no such score.
    notes: what must be printed beside the results.
    """

    hands: HandDataset
    published_hands: int
    joint_errors: Callable[[np.ndarray, np.ndarray], np.ndarray]
    counted: Mapping[str, Callable[[HandSample], np.ndarray]]
    thresholds_mm: np.ndarray
    from_20_mm: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProtocolResult:
    """How one estimator did by one protocol; lists go over its loops.

    mean_mm, median_mm: joint error after the protocol's alignment, for each joint over the hands, then
    averaged over the joints. auc: area under the PCK curve from 0 to 50 mm, in 0..1. auc_20_50: the same
    from 21.05 mm, or None where the protocol has none. pck: the curve at thresholds_mm.
    """

    protocol: str
    estimator: str
    hands: int
    mean_mm: list[float]
    median_mm: list[float]
    auc: list[float]
    auc_20_50: list[float] | None
    thresholds_mm: list[float]
    pck: list[list[float]]
    notes: tuple[str, ...]


def measure_protocol(
    protocol: Protocol,
    estimators: Sequence[Estimator],
    limit: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int | None], None] | None = None,
) -> list[ProtocolResult]:
    """Results of each estimator, for each name in the protocol's `counted`.

    limit, seed, progress: as in `handtrack.study.evaluation.asking.ask_all`. Raises SourceError for a hand
    that cannot be read, ModelError for an answer that is not finite.
    """
    errors: list[list[list[np.ndarray]]] = [[] for _ in estimators]
    counted: dict[str, list[np.ndarray]] = {name: [] for name in protocol.counted}
    hands = 0
    for hand in ask_all(protocol.hands, estimators, limit, seed, progress):
        for estimator, rows, found in zip(estimators, errors, hand.answers, strict=True):
            rows.append(_loop_errors(protocol, estimator.name, found.joints_3d, hand.sample))
        for name, rule in protocol.counted.items():
            counted[name].append(rule(hand.sample))
        hands += 1
    notes = (*protocol.notes, _PLACE)
    if hands != protocol.published_hands:
        notes += (
            f"{hands} hands and not the {protocol.published_hands} of the published evaluation: "
            "not comparable with published numbers",
        )
    return [
        _result(protocol, name, estimator.name, np.array(rows) * _MM_PER_M, np.array(counted[name]), notes)
        for name in protocol.counted
        for estimator, rows in zip(estimators, errors, strict=True)
    ]


def _loop_errors(
    protocol: Protocol, estimator: str, joints_3d: np.ndarray, sample: HandSample
) -> list[np.ndarray]:
    if not np.isfinite(joints_3d).all():
        raise ModelError(
            f"{estimator} gives joints that are not finite numbers for {sample.key}; "
            "its weights are damaged or its training failed, use others"
        )
    assert sample.joints_3d is not None
    truth = sample.joints_3d.astype(np.float64)
    return [protocol.joint_errors(points.astype(np.float64), truth) for points in joints_3d]


def _result(
    protocol: Protocol,
    name: str,
    estimator: str,
    errors: np.ndarray,
    counted: np.ndarray,
    notes: tuple[str, ...],
) -> ProtocolResult:
    """errors: (N, L, 21) mm. counted: (N, 21) bool."""
    loops = [np.where(counted, errors[:, loop], np.nan) for loop in range(errors.shape[1])]
    thresholds, late = protocol.thresholds_mm, protocol.from_20_mm
    curves = [pck_curve(loop, thresholds) for loop in loops]
    return ProtocolResult(
        protocol=name,
        estimator=estimator,
        hands=len(errors),
        mean_mm=_rounded(map(mean_error, loops)),
        median_mm=_rounded(map(median_error, loops)),
        auc=_rounded(area_under_curve(curve, thresholds) for curve in curves),
        auc_20_50=None
        if late is None
        else _rounded(area_under_curve(curve[late:], thresholds[late:]) for curve in curves),
        thresholds_mm=_rounded(thresholds),
        pck=[_rounded(curve) for curve in curves],
        notes=notes,
    )


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(float(value), 4) for value in values]
