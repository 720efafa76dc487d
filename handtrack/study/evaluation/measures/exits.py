"""What leaving the loop early costs and saves: the gate against fixed numbers of loops and random exits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.model.gate_rule import exit_loops

THRESHOLDS: Final = tuple(round(0.05 * step, 2) for step in range(21))


@dataclass(frozen=True, slots=True)
class ErrorAtCost:
    """A mean error with the gate, and without it at the same mean cost.

    fixed: the mix of the two neighbouring fixed numbers of loops that costs as much. chance: the gate's own
    numbers of loops dealt to the hands at random, expected value; chance_spread: its standard deviation.
    """

    gate: float
    fixed: float
    chance: float
    chance_spread: float


@dataclass(frozen=True, slots=True)
class FixedLoops:
    """The same number of loops for every hand. mmac: million multiply-accumulates a hand, if known."""

    loops: int
    mmac: float | None
    errors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What one threshold gives. shares: of the hands that leave after each loop. Errors by their name."""

    threshold: float
    mean_loops: float
    mmac: float | None
    shares: tuple[float, ...]
    errors: Mapping[str, ErrorAtCost]


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of one network on one set: every fixed number of loops, and every threshold in order."""

    fixed: tuple[FixedLoops, ...]
    points: tuple[OperatingPoint, ...]
    default: OperatingPoint


def measure_gate(
    errors: Mapping[str, np.ndarray],
    exit_probability: np.ndarray,
    default_threshold: float,
    mmac: Sequence[float] | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
) -> Gate:
    """Operating points for all thresholds.

    errors: by name, (N, L) of each hand after each loop. exit_probability: (N, L). mmac: (L,), cost of a
    hand up to and with each loop; without it, cost is the number of loops.
    """
    loops = exit_probability.shape[1]
    cost = np.arange(1.0, loops + 1) if mmac is None else np.asarray(mmac, np.float64)
    fixed = tuple(
        FixedLoops(
            loop + 1,
            None if mmac is None else float(cost[loop]),
            {name: float(values[:, loop].mean()) for name, values in errors.items()},
        )
        for loop in range(loops)
    )

    def point(threshold: float) -> OperatingPoint:
        left = exit_loops(exit_probability, threshold)
        mean_cost = float(cost[left].mean())
        return OperatingPoint(
            threshold,
            float(left.mean() + 1),
            None if mmac is None else mean_cost,
            tuple((np.bincount(left, minlength=loops) / len(left)).tolist()),
            {name: _error_at_cost(values, left, cost, mean_cost) for name, values in errors.items()},
        )

    return Gate(fixed, tuple(point(threshold) for threshold in thresholds), point(default_threshold))


def _error_at_cost(errors: np.ndarray, left: np.ndarray, cost: np.ndarray, mean_cost: float) -> ErrorAtCost:
    chance, spread = random_assignment(errors, left)
    return ErrorAtCost(
        float(errors[np.arange(len(left)), left].mean()),
        float(np.interp(mean_cost, cost, errors.mean(axis=0, dtype=np.float64))),
        chance,
        spread,
    )


def random_assignment(errors: np.ndarray, left: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation, over all ways to deal the exits to the hands, of the mean error.

    errors: (N, L). left: (N,), the exits to deal out, loops counted from 0. Both values are exact.
    Source: Hoeffding, "A combinatorial central limit theorem" (1951).
    """
    hands, share = len(left), np.bincount(left, minlength=errors.shape[1]) / len(left)
    errors = errors.astype(np.float64)
    by_loop, by_hand = errors.mean(axis=0), errors @ share
    mean = float(by_loop @ share)
    centred = errors - by_loop - by_hand[:, None] + mean
    variance = hands * float((centred**2 @ share).sum()) / max(hands - 1, 1)
    return mean, float(np.sqrt(variance)) / hands
