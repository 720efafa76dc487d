"""When to look for hands in the whole frame, and closer in parts of it: rarely while some are followed."""

from __future__ import annotations

import math
from typing import NamedTuple

from handtrack.tracking.parts import PARTS

_AFTER_LOSS_S = 1.0
_OFTEN_S = 0.1
_LONGEST_S = 1.0
_PART_S = 0.1
_MOST_PARTS = 3
"""A part of the frame is looked at for every so many seconds since the last search, but no more."""


class Look(NamedTuple):
    """Where to look for hands in a frame: in the whole of it, in those of `parts.PARTS`, or both."""

    whole: bool
    parts: tuple[int, ...]


class SearchSchedule:
    """Decides when the detector may run, and on what.

    In every frame for a second after a hand was lost, and closer at one part of it, in turn. Then ten times a
    second without a hand; with fewer hands than wanted every `interval` seconds, twice as rarely after each
    search that finds nothing new, up to a second. After each such look at the whole frame the next one to
    three frames are for one part each: every look takes its time, and what is followed is not to wait.
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
        self._parts_due = 0
        self._latest: Look | None = None

    def due(self, timestamp: float, tracked: int, wanted: int) -> bool:
        """Whether to search in this frame."""
        if tracked >= wanted:
            return False
        if self._parts_due or self._last is None or timestamp < self._last:
            return True
        if self._was_lost(timestamp):
            return True
        return timestamp - self._last >= (self._wait if tracked else min(_OFTEN_S, self.interval))

    def look(self, timestamp: float, one_is_near: bool = False) -> Look:
        """Where this search looks. The very first one, when nothing is followed yet, looks everywhere.

        one_is_near: a followed hand is large in the frame, and so is its person's other hand.
        """
        if self._latest is None:
            self._latest = Look(True, tuple(range(len(PARTS))))
        elif self._was_lost(timestamp):
            self._latest = Look(True, (self._part_in_turn(),))
        elif self._parts_due:
            self._parts_due -= 1
            self._latest = Look(False, (self._part_in_turn(),))
        else:
            passed = 0.0 if self._last is None or one_is_near else timestamp - self._last
            self._parts_due = min(max(round(passed / _PART_S), 1), _MOST_PARTS)
            self._latest = Look(True, ())
        return self._latest

    def _was_lost(self, timestamp: float) -> bool:
        return 0 <= timestamp - self._lost_at < _AFTER_LOSS_S

    def _part_in_turn(self) -> int:
        part = self._next_part
        self._next_part = (part + 1) % len(PARTS)
        return part

    def searched(self, timestamp: float, found_new: bool) -> None:
        """Note a search and whether it found a hand that was not tracked."""
        if self._latest is not None and not self._latest.whole:
            self._wait = self.interval if found_new else self._wait
            return
        self._last = timestamp
        # In the second after a loss a hand may still be covered: that it is not there yet says nothing.
        again = found_new or self._was_lost(timestamp)
        self._wait = self.interval if again else min(_LONGEST_S, max(self.interval, 2 * self._wait))

    def hand_lost(self, timestamp: float) -> None:
        """A hand was given up, or more are wanted: search again soon."""
        self._last = None
        self._lost_at = timestamp
        self._wait = self.interval
        self._parts_due = 0
