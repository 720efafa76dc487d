# SPDX-License-Identifier: GPL-3.0-or-later
"""The last seconds of some measured values, for running plots."""

from __future__ import annotations

import numpy as np

MAX_RATE_HZ = 120
"""Frames a second up to which a history keeps its full length of time."""


class TimeHistory:
    """Rows of values with their times, the newest `seconds` of them, in order of time.

    Rows live in one array twice as long as needed: a row is written once, the newest stretch is
    always contiguous, and it is moved to the front only when the array is full.
    """

    def __init__(self, seconds: float, columns: int) -> None:
        self.seconds = seconds
        self._capacity = int(seconds * MAX_RATE_HZ) + 2
        self._times = np.zeros(2 * self._capacity)
        self._values = np.zeros((2 * self._capacity, columns), dtype=np.float32)
        self._start = self._end = 0

    def append(self, time: float, values: np.ndarray) -> None:
        """Add one row (columns,) at a time in seconds; time that goes back begins anew."""
        if self._end > self._start and time <= self._times[self._end - 1]:
            self.clear()
        if self._end == len(self._times):
            kept = slice(self._end - self._capacity, self._end)
            self._times[: self._capacity] = self._times[kept]
            self._values[: self._capacity] = self._values[kept]
            self._start, self._end = 0, self._capacity
        self._times[self._end] = time
        self._values[self._end] = values
        self._end += 1
        oldest = np.searchsorted(self._times[self._start : self._end], time - self.seconds)
        self._start = max(self._start + int(oldest), self._end - self._capacity)

    def clear(self) -> None:
        """Forget all rows."""
        self._start = self._end = 0

    def __len__(self) -> int:
        return self._end - self._start

    @property
    def times(self) -> np.ndarray:
        """Times (N,) in seconds, rising."""
        return self._times[self._start : self._end]

    @property
    def values(self) -> np.ndarray:
        """Values (N, columns) float32; NaN where there was none."""
        return self._values[self._start : self._end]

    def since(self, seconds: float) -> np.ndarray:
        """The rows (M, columns) of the last so many seconds."""
        if not len(self):
            return self.values
        return self.values[np.searchsorted(self.times, self.times[-1] - seconds) :]

    def resampled(self, bins: int, hold: float) -> np.ndarray:
        """Values (bins, columns) on an even grid of time that ends at the newest row.

        A bin holds the newest row at or before its end, but none older than `hold` seconds, so
        that slow sources fill the grid and real gaps stay NaN. Bin edges lie at whole multiples of
        the bin's width, so that a picture of them scrolls without flicker.
        """
        out = np.full((bins, self._values.shape[1]), np.nan, dtype=np.float32)
        if not len(self):
            return out
        width = self.seconds / bins
        last = np.ceil(self.times[-1] / width) * width
        ends = last - width * np.arange(bins - 1, -1, -1)
        rows = np.searchsorted(self.times, ends, side="right") - 1
        fresh = (rows >= 0) & (ends - self.times[rows] <= max(hold, width))
        out[fresh] = self.values[rows[fresh]]
        return out
