"""Everything that is measured of one estimator on one set, from its scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.model.cost import NetworkCost
from handtrack.model.gate_rule import exit_loops
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.measures.breakdown import Breakdown, break_down
from handtrack.study.evaluation.measures.exits import Gate, measure_gate
from handtrack.study.evaluation.measures.label_bias import LabelBias, measure_label_bias
from handtrack.study.evaluation.measures.left_out import LeftOut, leave_each_out
from handtrack.study.evaluation.measures.nails import NailMeasures, measure_nails
from handtrack.study.evaluation.measures.position import PositionMeasures, measure_positions
from handtrack.study.evaluation.measures.uncertainty import Uncertainty, measure_uncertainty
from handtrack.study.evaluation.protocols.curves import FREIHAND_THRESHOLDS_MM, area_under_curve, pck_curve
from handtrack.study.evaluation.scores import Scores, after_loop, hand_errors, mean_known

PCK_THRESHOLDS_MM = FREIHAND_THRESHOLDS_MM


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of one answer a hand. Lengths in mm are at a palm of 90 mm.

    error_2d_percent: mean over the hands of the mean joint error in the image, in % of the hand's extent (the
    larger side of its joints' bounding box). pa_mpjpe_mm, pa_median_mm: mean and median over the hands of the
    mean 3D error after Procrustes alignment. mpjpe_mm: mean 3D error from the wrist, scaled to the true palm.
    pa_pck, pck: PCK curves at `PCK_THRESHOLDS_MM`; pa_auc, auc: the areas under them. measured_percent: mean
    distance from points that a person measured, in % of the extent.
    What cannot be measured is NaN or None.
    """

    error_2d_percent: float
    pa_mpjpe_mm: float
    pa_median_mm: float
    mpjpe_mm: float
    pa_auc: float
    auc: float
    pa_pck: tuple[float, ...]
    pck: tuple[float, ...] | None
    measured_percent: float | None


@dataclass(frozen=True, slots=True)
class AtDefault:
    """The answers that users get: each hand leaves the loop when the gate at its default says so."""

    threshold: float
    mean_loops: float
    accuracy: Accuracy
    uncertainty: Uncertainty


@dataclass(frozen=True, slots=True)
class Measures:
    """How one estimator did on one set.

    loops: accuracy after each of its loops. gate, at_default: None for an estimator without a stated
    uncertainty. positions: of the wrist before the camera at the gate's default, where known.
    """

    estimator: str
    hands: int
    loops: tuple[Accuracy, ...]
    gate: Gate | None = None
    at_default: AtDefault | None = None
    positions: tuple[PositionMeasures, ...] = ()

    @property
    def last(self) -> Accuracy:
        """Accuracy after the last loop."""
        return self.loops[-1]


@dataclass(frozen=True, slots=True)
class SetMeasures:
    """All estimators on one set; where the first network among them is weak, and its sigma on new people."""

    name: str
    hands: int
    measures: tuple[Measures, ...]
    breakdowns: tuple[Breakdown, ...]
    nails: tuple[NailMeasures, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    label_bias: tuple[LabelBias, ...] = ()


def measure_set(
    comparison: Comparison, costs: Sequence[NetworkCost | None], default_threshold: float
) -> SetMeasures:
    """Measures of every estimator of a comparison.

    costs: of the estimators, in their order; the mean pose needs none. default_threshold: the gate's.
    """
    padded = [*costs, *[None] * (len(comparison.scores) - len(costs))]
    return SetMeasures(
        comparison.evaluated.name,
        len(comparison.facts),
        tuple(
            measure(scores, default_threshold, cost)
            for scores, cost in zip(comparison.scores, padded, strict=True)
        ),
        break_down(comparison, default_threshold),
        measure_nails(comparison, default_threshold),
        leave_each_out(comparison, default_threshold),
        measure_label_bias(comparison, default_threshold),
    )


def measure(scores: Scores, default_threshold: float, cost: NetworkCost | None = None) -> Measures:
    """Measures of one estimator from its scores."""
    loops = tuple(accuracy(scores, loop) for loop in range(scores.loops))
    residual, sigma, probability = scores.residual, scores.sigma, scores.exit_probability
    if residual is None or sigma is None or probability is None:
        return Measures(scores.estimator, scores.hands, loops)
    left = exit_loops(probability, default_threshold)
    return Measures(
        scores.estimator,
        scores.hands,
        loops,
        measure_gate(hand_errors(scores), probability, default_threshold, cost.mmac if cost else None),
        AtDefault(
            default_threshold,
            float(left.mean() + 1),
            accuracy(scores, left),
            measure_uncertainty(after_loop(residual, left), after_loop(sigma, left)),
        ),
        measure_positions(scores.places, left) if scores.places else (),
    )


def accuracy(scores: Scores, loops: np.ndarray | int) -> Accuracy:
    """Accuracy after the given loop, counted from 0, of all hands or of each (N,)."""
    image, aligned, relative, measured = (
        after_loop(errors, loops)
        for errors in (
            scores.image_percent,
            scores.aligned_mm,
            scores.relative_mm,
            scores.measured_percent,
        )
    )
    image_means, aligned_means = mean_known(image), mean_known(aligned)
    pa_pck = pck_curve(aligned, PCK_THRESHOLDS_MM)
    pck = pck_curve(relative, PCK_THRESHOLDS_MM) if not np.isnan(relative).all() else None
    return Accuracy(
        float(image_means.mean()),
        float(aligned_means.mean()),
        float(np.median(aligned_means)),
        float(mean_known(mean_known(relative))),
        area_under_curve(pa_pck, PCK_THRESHOLDS_MM),
        float("nan") if pck is None else area_under_curve(pck, PCK_THRESHOLDS_MM),
        tuple(pa_pck.tolist()),
        None if pck is None else tuple(pck.tolist()),
        None if np.isnan(measured).all() else float(mean_known(measured.ravel())),
    )
