"""How far a hand's place before the camera is from the true one, and whether its stated sigma holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.geometry import DEFAULT_PALM_LENGTH_M
from handtrack.study.evaluation.scores import after_loop
from handtrack.study.evaluation.wrist_places import WristPlaces

TRUE_PALM: Final = "true"
_NORMAL: Final = (68.27, 95.45)
"""Percent of a normal distribution inside one and two standard deviations."""


@dataclass(frozen=True, slots=True)
class PositionMeasures:
    """Errors of the wrist's place, where its camera is known, for one belief of how long the palm is.

    palm: `TRUE_PALM`, or the length that all hands are taken to have. error_mm, error_percent: distance of
    the said from the true place, and in % of the true distance from the camera; median, and what 90 % lie
    below. z_bias_percent: median of the said z over the true one, less 100 %. z_spread_percent: half of what
    the middle 68 % of these ratios span, over their median: what is left once the bias is known.
    across_inside, z_inside: shares inside one and two sigma, of x and y together and of z. sigma_fit: what
    z's sigma is to be multiplied by to hold as much as a normal one, the mean for one and for two sigma.
    """

    palm: str
    hands: int
    error_mm: tuple[float, float]
    error_percent: tuple[float, float]
    z_bias_percent: float
    z_spread_percent: float
    across_inside: tuple[float, float]
    z_inside: tuple[float, float]
    sigma_fit: float


def measure_positions(places: WristPlaces, loops: np.ndarray) -> tuple[PositionMeasures, ...]:
    """Measures with the true palm, and with the default one where that is another; none without known places.

    loops: (N,), counted from 0, the loop after which each hand's place is taken.
    """
    found, sigma = after_loop(places.found, loops), after_loop(places.sigma, loops)
    known = np.isfinite(found).all(axis=1)
    if not known.any():
        return ()
    found, sigma, true, palm = (each[known] for each in (found, sigma, places.true, places.palm))
    beliefs = {
        TRUE_PALM: palm,
        f"{DEFAULT_PALM_LENGTH_M * 1e3:.0f} mm": np.full_like(palm, DEFAULT_PALM_LENGTH_M),
    }
    if np.allclose(palm, DEFAULT_PALM_LENGTH_M):
        del beliefs[TRUE_PALM]
    return tuple(
        _measure(name, found * length[:, None], sigma * length[:, None], true)
        for name, length in beliefs.items()
    )


def _measure(palm: str, found: np.ndarray, sigma: np.ndarray, true: np.ndarray) -> PositionMeasures:
    distance = np.linalg.norm(true, axis=1)
    error = np.linalg.norm(found - true, axis=1)
    ratio = np.abs(found - true) / sigma
    across, z = ratio[:, :2], ratio[:, 2]
    fits = [float(np.percentile(z, share)) / factor for factor, share in enumerate(_NORMAL, 1)]
    low, bias, high = np.percentile(
        found[:, 2] / true[:, 2], (50 - _NORMAL[0] / 2, 50, 50 + _NORMAL[0] / 2)
    ).tolist()
    return PositionMeasures(
        palm,
        len(true),
        _median_and_p90(error * 1e3),
        _median_and_p90(error / distance * 100),
        (bias - 1) * 100,
        (high - low) / 2 / bias * 100,
        (float((across <= 1).mean()), float((across <= 2).mean())),
        (float((z <= 1).mean()), float((z <= 2).mean())),
        sum(fits) / 2,
    )


def _median_and_p90(values: np.ndarray) -> tuple[float, float]:
    median, p90 = np.percentile(values, (50, 90)).tolist()
    return median, p90
