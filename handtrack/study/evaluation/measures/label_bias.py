"""What MediaPipe's labels do to errors in the image as their truth, told where a better truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handtrack.model.gate_rule import exit_loops
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.hand_sets import RENDERED_HANDS
from handtrack.study.evaluation.mediapipe_peer import CAREFUL, FULL
from handtrack.study.evaluation.scores import Scores, after_loop, mean_known


@dataclass(frozen=True, slots=True)
class LabelBias:
    """One estimator's answers, the network's where its gate leaves the hands.

    truth_percent, label_percent: mean distance in the image from where the joints are, and from where labels
    have them, in % of the hand's extent.
    """

    estimator: str
    truth_percent: float
    label_percent: float


def measure_label_bias(comparison: Comparison, default_threshold: float) -> tuple[LabelBias, ...]:
    """Of every estimator in the image, at the points whose truth does not come from MediaPipe.

    These are points that a person measured on labelled hands, and all joints of rendered hands, if
    MediaPipe's full network was asked there with as many passes as labels are made of. Else nothing.
    """
    asked = {scores.estimator: (scores, _loops(scores, default_threshold)) for scores in comparison.in_image}
    if any(not np.isnan(scores.measured_percent).all() for scores, _ in asked.values()):
        return tuple(_at_measured_points(*each) for each in asked.values())
    if comparison.evaluated.name != RENDERED_HANDS or FULL + CAREFUL not in asked:
        return ()
    labels = asked[FULL + CAREFUL][0].joints_2d[:, -1]
    extent = np.array([facts.extent for facts in comparison.facts])
    return tuple(_on_all_joints(*each, labels, extent) for each in asked.values())


def _loops(scores: Scores, threshold: float) -> np.ndarray | int:
    return -1 if scores.exit_probability is None else exit_loops(scores.exit_probability, threshold)


def _at_measured_points(scores: Scores, loops: np.ndarray | int) -> LabelBias:
    measured, labelled = (
        after_loop(errors, loops) for errors in (scores.measured_percent, scores.image_percent)
    )
    labelled = np.where(np.isnan(measured), np.nan, labelled)
    return LabelBias(
        scores.estimator, float(mean_known(measured.ravel())), float(mean_known(labelled.ravel()))
    )


def _on_all_joints(
    scores: Scores, loops: np.ndarray | int, labels: np.ndarray, extent: np.ndarray
) -> LabelBias:
    """labels: (N, 21, 2) and extent: (N,), in pixels."""
    apart = np.linalg.norm(after_loop(scores.joints_2d, loops) - labels, axis=-1) / extent[:, None] * 100
    exact = after_loop(scores.image_percent, loops)
    return LabelBias(
        scores.estimator, float(mean_known(mean_known(exact))), float(mean_known(mean_known(apart)))
    )
