"""When to look at the whole frame for hands: rarely while hands are followed."""

from __future__ import annotations

_WITHOUT_HANDS_S = 0.1
_LONGEST_S = 4.0


class SearchSchedule:
    """Decides when the detector may run.

    Without a hand: at once after a loss, then ten times a second. With fewer hands than wanted: every
    `interval` seconds, twice as rarely after each search that finds nothing new, up to 4 s.
    """

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.reset()

    def reset(self) -> None:
        """Search at the next chance."""
        self._last: float | None = None
        self._wait = 0.0

    def due(self, timestamp: float, tracked: int, wanted: int) -> bool:
        """Whether to search in this frame."""
        if tracked >= wanted:
            return False
        if self._last is None or timestamp < self._last:
            return True
        wait = min(_WITHOUT_HANDS_S, self.interval) if tracked == 0 else self._wait
        return timestamp - self._last >= wait

    def searched(self, timestamp: float, found_new: bool) -> None:
        """Note a search and whether it found a hand that was not tracked."""
        self._last = timestamp
        self._wait = self.interval if found_new else min(_LONGEST_S, max(self.interval, 2 * self._wait))

    def hand_lost(self) -> None:
        """A hand was given up: search again soon."""
        self._last = None
        self._wait = self.interval
