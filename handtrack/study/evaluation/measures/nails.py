"""How many marked nails hold a finger tip: an error that no label has a say in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from handtrack.model.gate_rule import exit_loops
from handtrack.study.datasets.labelling.nails import tips_in_nails
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.scores import Scores, after_loop


@dataclass(frozen=True, slots=True)
class NailMeasures:
    """The nails of one collection's hands: the shares in which, grown by half, a finger tip of the hand lies.

    labels: by the labels. last: by each estimator's last loop. at_default: the same where the gate at its
    default threshold chose the loop, for estimators that have one.
    """

    source: str
    hands: int
    nails: int
    labels: float
    last: Mapping[str, float]
    at_default: Mapping[str, float]


def measure_nails(comparison: Comparison, default_threshold: float) -> tuple[NailMeasures, ...]:
    """Of every collection with marked nails, in the order of their names; nothing where there is none."""
    marked = comparison.evaluated.nails
    asked = comparison.in_image
    rows: dict[str, list[int]] = {}
    for row, facts in enumerate(comparison.facts):
        if facts.index in marked:
            rows.setdefault(facts.source, []).append(row)
    return tuple(
        NailMeasures(
            source,
            len(chosen),
            sum(len(marked[comparison.facts[row].index].boxes) for row in chosen),
            float(np.concatenate([marked[comparison.facts[row].index].labelled for row in chosen]).mean()),
            {scores.estimator: _share(comparison, chosen, scores.joints_2d[:, -1]) for scores in asked},
            {
                scores.estimator: _share(comparison, chosen, joints)
                for scores in asked
                if (joints := _at_default(scores, default_threshold)) is not None
            },
        )
        for source, chosen in sorted(rows.items())
    )


def _share(comparison: Comparison, chosen: list[int], joints: np.ndarray) -> float:
    """Share of the chosen hands' nails in which a tip of their joints, of (N, 21, 2) of all hands, lies."""
    marked = comparison.evaluated.nails
    hits = [tips_in_nails(joints[row], marked[comparison.facts[row].index].boxes) for row in chosen]
    return float(np.concatenate(hits).mean())


def _at_default(scores: Scores, threshold: float) -> np.ndarray | None:
    """Joints (N, 21, 2) where the gate leaves each hand, or None without one."""
    if scores.exit_probability is None:
        return None
    return after_loop(scores.joints_2d, exit_loops(scores.exit_probability, threshold))
