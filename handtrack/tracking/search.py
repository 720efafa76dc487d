"""When to look for hands in the whole frame, and closer in parts of it: rarely while some are followed."""

from __future__ import annotations

import math

from handtrack.tracking.parts import PARTS

_AFTER_LOSS_S = 1.0
_OFTEN_S = 0.1
_LONGEST_S = 1.0
_PART_S = 0.1
_MOST_PARTS = 3
"""A part of the frame is looked at for every so many seconds since the last search, but no more at once:
what is followed is not to wait."""


class SearchSchedule:
    """Decides when the detector may run.

    In every frame for a second after a hand was lost. Then ten times a second without a hand; with fewer
    hands than wanted every `interval` seconds, twice as rarely after each search that finds nothing new, up
    to a second.
    """

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.reset()

    def reset(self) -> None:
        """Search at the next chance."""
        self._last: float | None = None
        self._lost_at = -math.inf
        self._wait = 0.0
        self._next_part = 0

    def due(self, timestamp: float, tracked: int, wanted: int) -> bool:
        """Whether to search in this frame."""
        if tracked >= wanted:
            return False
        if self._last is None or timestamp < self._last:
            return True
        if 0 <= timestamp - self._lost_at < _AFTER_LOSS_S:
            return True
        return timestamp - self._last >= (self._wait if tracked else min(_OFTEN_S, self.interval))

    def parts(self, timestamp: float, one_is_near: bool = False) -> list[int]:
        """Which parts of the frame this search may look at closer: those that are next in turn.

        one_is_near: a followed hand is large in the frame, and so is its person's other hand.
        """
        passed = 0.0 if self._last is None or one_is_near else timestamp - self._last
        count = min(max(round(passed / _PART_S), 1), _MOST_PARTS)
        first = self._next_part
        self._next_part = (first + count) % len(PARTS)
        return [(first + step) % len(PARTS) for step in range(count)]

    def searched(self, timestamp: float, found_new: bool) -> None:
        """Note a search and whether it found a hand that was not tracked."""
        self._last = timestamp
        # In the second after a loss a hand may still be covered: that it is not there yet says nothing.
        expected = 0 <= timestamp - self._lost_at < _AFTER_LOSS_S
        again = found_new or expected
        self._wait = self.interval if again else min(_LONGEST_S, max(self.interval, 2 * self._wait))

    def hand_lost(self, timestamp: float) -> None:
        """A hand was given up, or more are wanted: search again soon."""
        self._last = None
        self._lost_at = timestamp
        self._wait = self.interval
