"""One Euro filter that knows how sure each point is: calm at rest, quick in motion."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

HAND_LENGTH_M: Final = 0.18
"""Length of a mean adult hand, for the speed of joints in space in hand sizes."""

_SHORTEST_STEP = 1e-6
"""Seconds: of two values that are closer in time no speed can be told, and dividing by it could overflow."""


class OneEuroFilter:
    """Smooths points over time (Casiez, Roussel and Vogel, CHI 2012), using the true time steps.

    The cutoff rises with a point's speed, as in the paper, but only with the speed that noise does not
    explain: a point whose sigma is known seems to move by some sigmas a second while it rests. So the filter
    can follow what moves much sooner than one that must not be opened by noise.

    min_cutoff: Hz, smoothing at rest. beta: Hz per (unit / second), so it must suit the values' unit.
    noise: sigmas a second that count as rest. derivative_cutoff: Hz, smoothing of the speed; 1 Hz notices the
    start of a motion five frames late.
    """

    def __init__(
        self, min_cutoff: float, beta: float, noise: float = 0.0, derivative_cutoff: float = 5.0
    ) -> None:
        self.min_cutoff = min_cutoff
        self.beta = beta
        self.noise = noise
        self.derivative_cutoff = derivative_cutoff
        self._value: np.ndarray | None = None
        self._slope: np.ndarray | None = None
        self._time = 0.0

    def __call__(self, value: np.ndarray, timestamp: float, sigma: np.ndarray | float = 0.0) -> np.ndarray:
        """Smoothed points (..., axes); timestamp in seconds. The first value passes unchanged.

        sigma: (...,) of each point, in the values' unit.
        """
        if self._value is None or self._slope is None:
            self._value, self._slope, self._time = value.copy(), np.zeros_like(value), timestamp
            return value
        step = timestamp - self._time
        if step < _SHORTEST_STEP:
            return self._value
        self._time = timestamp
        slope = (value - self._value) / step
        self._slope += _alpha(self.derivative_cutoff, step) * (slope - self._slope)
        # Points move as points: one speed for x, y and z, so that a path is not bent by the filter.
        speed = np.linalg.norm(self._slope, axis=-1)
        moving = np.maximum(0.0, speed - self.noise * np.asarray(sigma))
        alpha = _alpha(self.min_cutoff + self.beta * moving, step)
        self._value = self._value + alpha[..., None] * (value - self._value)
        return self._value


def _alpha(cutoff: Any, step: float) -> Any:
    """Share of the new value, of the cutoff's type."""
    return 1.0 / (1.0 + 1.0 / (2 * math.pi * cutoff * step))
