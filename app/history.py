# SPDX-License-Identifier: GPL-3.0-or-later
"""Measured values by their moments, for plots that follow time, and go back in it; no Qt in here."""

from __future__ import annotations

import numpy as np

_MOST_ROWS = 40_000
"""Twenty minutes at thirty frames a second; then the oldest tenth is forgotten."""
_FIRST_ROWS = 1024
_SAME_MOMENT = 1e-6


class TimeHistory:
    """Rows of values in order of their moments, seen through a window of so many seconds.

    The window ends at the newest row, and stays where it is while the cursor, the row that came last, moves
    within it: so a person who goes back sees what came after, too. A row at a known moment replaces it.
    """

    def __init__(self, seconds: float, columns: int) -> None:
        self.seconds = seconds
        self._times = np.zeros(_FIRST_ROWS)
        self._values = np.zeros((_FIRST_ROWS, columns), dtype=np.float32)
        self._count = 0
        self._end = self._cursor = -np.inf

    def append(self, time: float, values: np.ndarray) -> None:
        """Put the row (columns,) of a moment in seconds; the cursor is there then."""
        at = self._count
        if at and time <= self._times[at - 1] + _SAME_MOMENT:
            at = int(np.searchsorted(self._times[: self._count], time - _SAME_MOMENT))
        if at < self._count and abs(self._times[at] - time) <= _SAME_MOMENT:
            self._values[at] = values
        else:
            at = self._make_room(at)
            self._times[at], self._values[at] = time, values
            self._count += 1
        self._cursor = time
        if not self._end - self.seconds <= time <= self._end:
            self._end = time

    def fill(self, times: np.ndarray, values: np.ndarray) -> None:
        """Know these rows (N, columns) of moments (N,) that rise, and no others; the cursor is at none."""
        fresh = np.diff(times, prepend=-np.inf) > _SAME_MOMENT
        times, values = times[fresh][-_MOST_ROWS:], values[fresh][-_MOST_ROWS:]
        room = max(len(times), _FIRST_ROWS)
        self._times = np.zeros(room)
        self._values = np.zeros((room, self._values.shape[1]), dtype=np.float32)
        self._count = len(times)
        self._times[: self._count], self._values[: self._count] = times, values
        self._end = self._cursor = -np.inf

    def clear(self) -> None:
        """Forget all rows."""
        self._count = 0
        self._end = self._cursor = -np.inf

    def __len__(self) -> int:
        """Rows inside the window."""
        return len(self.times)

    @property
    def end(self) -> float:
        """The moment at which the window ends."""
        return self._end

    @property
    def cursor(self) -> float:
        """The moment of the row that came last."""
        return self._cursor

    @property
    def times(self) -> np.ndarray:
        """Moments (N,) in seconds, rising, of the rows inside the window."""
        return self._times[self._inside()]

    @property
    def values(self) -> np.ndarray:
        """Values (N, columns) float32 of the rows inside the window; NaN where there was none."""
        return self._values[self._inside()]

    @property
    def everything(self) -> np.ndarray:
        """All rows (N, columns) that are known, inside the window or not."""
        return self._values[: self._count]

    def since(self, seconds: float) -> np.ndarray:
        """The rows (M, columns) of the last so many seconds up to the cursor."""
        return self._values[self._between(self._cursor - seconds, self._cursor)]

    def nearest(self, moment: float, within: float = np.inf) -> np.ndarray | None:
        """The row (columns,) whose moment is nearest; None if none is within so many seconds."""
        times = self._times[: self._count]
        at = int(np.searchsorted(times, moment))
        near = [row for row in (at - 1, at) if 0 <= row < len(times)]
        row = min(near, key=lambda row: abs(times[row] - moment), default=None)
        return None if row is None or abs(times[row] - moment) > within else self._values[row]

    def resampled(self, bins: int, hold: float) -> np.ndarray:
        """Values (bins, columns) on an even grid of time that ends where the window does.

        A bin holds the newest row at or before its end, but none older than `hold` seconds, so
        that slow sources fill the grid and real gaps stay NaN. Bin edges lie at whole multiples of
        the bin's width, so that a picture of them scrolls without flicker.
        """
        out = np.full((bins, self._values.shape[1]), np.nan, dtype=np.float32)
        times = self.times
        if not len(times):
            return out
        width = self.seconds / bins
        last = np.ceil(self._end / width) * width
        ends = last - width * np.arange(bins - 1, -1, -1)
        rows = np.searchsorted(times, ends, side="right") - 1
        fresh = (rows >= 0) & (ends - times[rows] <= max(hold, width)) & (ends <= times[-1] + width)
        out[fresh] = self.values[rows[fresh]]
        return out

    def _inside(self) -> slice:
        return self._between(self._end - self.seconds, self._end)

    def _between(self, begin: float, end: float) -> slice:
        times = self._times[: self._count]
        first, last = np.searchsorted(times, (begin - _SAME_MOMENT, end + _SAME_MOMENT))
        return slice(int(first), int(last))

    def _make_room(self, at: int) -> int:
        """Free the place of a row; gives where it is then."""
        if self._count == _MOST_ROWS:
            gone = _MOST_ROWS // 10
            for array in (self._times, self._values):
                array[: _MOST_ROWS - gone] = array[gone:_MOST_ROWS]
            self._count -= gone
            at = max(at - gone, 0)
        elif self._count == len(self._times):
            room = min(2 * self._count, _MOST_ROWS)
            self._times = np.resize(self._times, room)
            self._values = np.resize(self._values, (room, self._values.shape[1]))
        for array in (self._times, self._values):
            array[at + 1 : self._count + 1] = array[at : self._count]
        return at
