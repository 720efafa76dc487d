# SPDX-License-Identifier: GPL-3.0-or-later
"""How unsure the estimator was at each moment of a source, as far as that is known, and what was marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from app.model.deck import moment_of
from handtrack.geometry import hand_extent
from handtrack.hand import FrameResult, Hand

if TYPE_CHECKING:
    from handtrack.sessions import Session

_MOST: Final = 120_000
"""Frames that are known at most: more than an hour."""
_LARGE_PERCENTILE: Final = 90.0
_LARGE_LEAST: Final = 0.03
"""Sigma over the hand's size from which on a moment may count as unsure."""
_SAME_MOMENT: Final = 1e-6


class Timeline:
    """Sigma of each frame, a share of the hand's size, by its moment; NaN without a hand.

    Of several hands the least sure one counts.
    """

    def __init__(self) -> None:
        self._moments = np.zeros(1024)
        self._sigmas = np.full(1024, np.nan)
        self._count = 0
        self.marks: list[float] = []

    def __len__(self) -> int:
        return self._count

    @property
    def moments(self) -> np.ndarray:
        """Seconds (N,), rising."""
        return self._moments[: self._count]

    @property
    def sigmas(self) -> np.ndarray:
        """Sigma (N,) over the hand's size."""
        return self._sigmas[: self._count]

    def note(self, result: FrameResult) -> None:
        """Know a frame, in place of what was known of its moment."""
        sigmas = [relative_sigma(hand) for hand in result.hands]
        self._put(moment_of(result.frame), max(sigmas, default=np.nan))

    def note_session(self, session: Session) -> None:
        """Know all frames of a recorded session."""
        moments = session.positions()[:_MOST]
        sigmas = session.relative_sigmas()[: len(moments)]
        fresh = np.concatenate([[True], np.diff(moments) > 0])
        self._moments, self._sigmas = moments[fresh].copy(), sigmas[fresh].copy()
        self._count = len(self._moments)
        self.marks = sorted(mark.seconds for mark in session.manifest.marks)

    def forget_before(self, moment: float) -> None:
        """Forget all frames before a moment, and marks."""
        first = int(np.searchsorted(self.moments, moment))
        if first:
            kept = self._count - first
            self._moments[:kept] = self._moments[first : self._count]
            self._sigmas[:kept] = self._sigmas[first : self._count]
            self._count = kept
        self.marks = [mark for mark in self.marks if mark >= moment]

    def clear(self) -> None:
        """Forget everything."""
        self._count = 0
        self.marks = []

    def mark(self, moment: float) -> None:
        """Mark a moment, to go back to."""
        if moment not in self.marks:
            self.marks = sorted([*self.marks, moment])

    def next_mark(self, moment: float, backwards: bool = False) -> float | None:
        """The nearest mark after a moment, or before it."""
        return _next(np.array(self.marks), moment, backwards)

    def next_unsure(self, moment: float, backwards: bool = False) -> float | None:
        """The nearest moment of large sigma after another, or before it: the worst frame of each stretch.

        Large is what a tenth of the known frames with a hand reach.
        """
        known = np.isfinite(self.sigmas)
        if not known.any():
            return None
        limit = max(float(np.percentile(self.sigmas[known], _LARGE_PERCENTILE)), _LARGE_LEAST)
        large = known & (self.sigmas >= limit)
        begins = np.flatnonzero(large & ~np.concatenate([[False], large[:-1]]))
        ends = np.flatnonzero(large & ~np.concatenate([large[1:], [False]])) + 1
        worst = [
            first + int(np.argmax(self.sigmas[first:end])) for first, end in zip(begins, ends, strict=True)
        ]
        return _next(self.moments[worst], moment, backwards)

    def strip(self, begin: float, end: float, bins: int) -> np.ndarray:
        """Largest sigma (bins,) of the frames in each part of a time; NaN where none is known."""
        out = np.full(bins, np.nan)
        inside = np.isfinite(self.sigmas) & (self.moments >= begin) & (self.moments <= end)
        if inside.any() and end > begin:
            at = ((self.moments[inside] - begin) / (end - begin) * bins).astype(int).clip(0, bins - 1)
            np.fmax.at(out, at, self.sigmas[inside])
        return out

    def _put(self, moment: float, sigma: float) -> None:
        at = int(np.searchsorted(self.moments, moment - _SAME_MOMENT))
        if at < self._count and abs(self._moments[at] - moment) <= _SAME_MOMENT:
            self._sigmas[at] = sigma
            return
        if self._count == _MOST:
            self.forget_before(self._moments[_MOST // 10])
            at = int(np.searchsorted(self.moments, moment))
        if self._count == len(self._moments):
            self._moments = np.concatenate([self._moments, np.zeros_like(self._moments)])
            self._sigmas = np.concatenate([self._sigmas, np.full_like(self._sigmas, np.nan)])
        for values, value in ((self._moments, moment), (self._sigmas, sigma)):
            values[at + 1 : self._count + 1] = values[at : self._count]
            values[at] = value
        self._count += 1


def relative_sigma(hand: Hand) -> float:
    """Mean sigma of a hand's joints in the picture over the hand's extent there."""
    return float(np.mean(hand.sigma_2d)) / max(hand_extent(hand.joints_2d), 1e-6)


def _next(moments: np.ndarray, moment: float, backwards: bool) -> float | None:
    if backwards:
        moments = moments[moments < moment - _SAME_MOMENT]
        return float(moments[-1]) if len(moments) else None
    moments = moments[moments > moment + _SAME_MOMENT]
    return float(moments[0]) if len(moments) else None
