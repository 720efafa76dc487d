"""What the first network of a comparison answers where its gate leaves each hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handtrack.model.gate_rule import exit_loops
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.scores import Scores, after_loop


@dataclass(frozen=True, slots=True)
class Gated:
    """network: its scores. left: (N,), the loop after which each hand is left, counted from 0.

    residual, sigma: (N, 21, 3) then; see `Scores`.
    """

    network: Scores
    left: np.ndarray
    residual: np.ndarray
    sigma: np.ndarray


def gated_answers(comparison: Comparison, threshold: float) -> Gated | None:
    """The answers at a threshold of the gate; None where no estimator has a gate and sigmas."""
    for network in comparison.scores:
        residual, sigma, probability = network.residual, network.sigma, network.exit_probability
        if residual is not None and sigma is not None and probability is not None:
            left = exit_loops(probability, threshold)
            return Gated(network, left, after_loop(residual, left), after_loop(sigma, left))
    return None
