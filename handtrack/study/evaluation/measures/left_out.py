"""Whether sigma holds for people whom nobody fitted it to: each collection is left out of the fit in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.measures.calibration import inside
from handtrack.study.evaluation.measures.gated import gated_answers
from handtrack.study.evaluation.scores import mean_known
from handtrack.study.training.calibration import fitted_factor

Shares = tuple[float, float]
"""In 0..1, along x and y of the upright crop: across the hand and along it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One collection's hands, whose persons are in no other one.

    shipped: shares of its residuals inside 1 and 2 sigma, as the weights state it, fitted to this collection
    among others. left_out: the same with sigma fitted anew to all the others. Depth has no part in it: its
    factor is fitted to rendered hands alone.
    """

    source: str
    hands: int
    shipped: tuple[Shares, Shares]
    left_out: tuple[Shares, Shares]


def leave_each_out(comparison: Comparison, default_threshold: float) -> tuple[LeftOut, ...]:
    """The collections of a set by name, answered by its first network where the gate leaves it.

    Nothing without a network, or with one collection alone.
    """
    gated = gated_answers(comparison, default_threshold)
    if gated is None:
        return ()
    return left_out(gated.residual, gated.sigma, [facts.source for facts in comparison.facts])


def left_out(residual: np.ndarray, sigma: np.ndarray, sources: Sequence[str]) -> tuple[LeftOut, ...]:
    """The same from residual and sigma (N, 21, 3) of hands of these sources (N,); see `Scores`."""
    named = np.array(sources)
    names = sorted(set(sources))
    if len(names) < 2:
        return ()
    rows = []
    for name in names:
        here = named == name
        ratio = np.abs(residual[~here, :, :2]) / sigma[~here, :, :2]
        factors = [fitted_factor(axis[~np.isnan(axis)]) for axis in (ratio[..., 0], ratio[..., 1])]
        own, stated = residual[here, :, :2], sigma[here, :, :2]
        rows.append(LeftOut(name, int(here.sum()), _shares(own, stated), _shares(own, stated * factors)))
    return tuple(rows)


def _shares(residual: np.ndarray, sigma: np.ndarray) -> tuple[Shares, Shares]:
    """Shares inside 1 and 2 sigma of residuals (N, 21, 2)."""
    one, two = (mean_known(inside(residual, sigma, factor).reshape(-1, 2), axis=0) for factor in (1.0, 2.0))
    return (float(one[0]), float(one[1])), (float(two[0]), float(two[1]))
