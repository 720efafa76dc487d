# SPDX-License-Identifier: GPL-3.0-or-later
"""The last seconds of true errors and predicted uncertainties, for their plots; no Qt in here."""

from __future__ import annotations

import numpy as np

from app.history import TimeHistory
from app.model.deck import moment_of
from app.true_error import UNITS, TrueError, match_hands, references
from handtrack.hand import FrameResult
from handtrack.skeleton import JOINT_COUNT

_ERRORS, _SIGMAS, _SHARES = slice(0, JOINT_COUNT), slice(JOINT_COUNT, 2 * JOINT_COUNT), slice(-2, None)
_COLUMNS = 2 * JOINT_COUNT + 2


class ErrorHistory:
    """What the hands of each frame were off, in "mm" and in "px"; all hands of a frame together.

    Errors and sigmas are per axis, as in `TrueError`, and are averaged by root mean square, so that the
    two are equal where the uncertainty is right. What is not known is NaN.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._histories = {unit: TimeHistory(seconds, _COLUMNS) for unit in UNITS}

    def append(self, result: FrameResult) -> None:
        """Add a frame."""
        pairs = match_hands(result.hands, references(result) or ())
        errors = [TrueError.of(hand, truth) for hand, truth in pairs]
        for unit, history in self._histories.items():
            history.append(moment_of(result.frame), _row(errors, unit))

    def of(self, unit: str) -> TimeHistory:
        """The rows of a unit; all units have the same moments."""
        return self._histories[unit]

    @property
    def end(self) -> float:
        """The moment at which the time that is shown ends."""
        return self._histories[UNITS[0]].end

    def clear(self) -> None:
        """Forget all frames."""
        for history in self._histories.values():
            history.clear()

    def joints(self, unit: str, seconds: float) -> tuple[np.ndarray, np.ndarray]:
        """Error (21,) and sigma (21,) of each joint over the last so many seconds."""
        rows = self._histories[unit].since(seconds)
        return _root_mean_square(rows[:, _ERRORS], 0), _root_mean_square(rows[:, _SIGMAS], 0)

    def frames(self, unit: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Times (N,) in seconds, and error (N,) and sigma (N,) over the joints of each frame."""
        history = self._histories[unit]
        errors, sigmas = history.values[:, _ERRORS], history.values[:, _SIGMAS]
        # Only joints whose error is known, so that the two curves speak of the same ones.
        sigmas = np.where(np.isfinite(errors), sigmas, np.nan)
        return history.times, _root_mean_square(errors, 1), _root_mean_square(sigmas, 1)

    def shares_inside(self, unit: str) -> tuple[float, float] | None:
        """Shares 0..1 of all coordinates inside one and two sigma, or None without a known hand."""
        shares = self._histories[unit].values[:, _SHARES]
        shares = shares[np.isfinite(shares[:, 0])]
        return (float(shares[:, 0].mean()), float(shares[:, 1].mean())) if len(shares) else None


def _row(errors: list[TrueError], unit: str) -> np.ndarray:
    if not errors:
        return np.full(_COLUMNS, np.nan, np.float32)
    return np.concatenate(
        [
            _root_mean_square(np.stack([error.error[unit] for error in errors]), 0),
            _root_mean_square(np.stack([error.sigma[unit] for error in errors]), 0),
            np.mean([error.inside[unit] for error in errors], axis=0),
        ]
    )


def _root_mean_square(values: np.ndarray, axis: int) -> np.ndarray:
    """Root mean square of the finite values along an axis; NaN where there is none."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    mean = np.where(known, values, 0).astype(np.float64) ** 2
    return np.where(count > 0, np.sqrt(mean.sum(axis=axis) / np.maximum(count, 1)), np.nan)
