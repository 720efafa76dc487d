"""The hands that were seen a while ago, for trails and sweeps of a source that is tracked now."""

from __future__ import annotations

from collections import deque
from typing import Final

from handtrack.spatial_view.hands import SpatialHands, joined_hands
from handtrack.spatial_view.scenery import picture_depth

_KEPT_S: Final = 60.0
_STEP: Final = 0.1
_FIRST_DEPTH: Final = 0.7


class LivePast:
    """Remembers the hands of the last minute.

    depth: where the picture stands behind all hands so far, in steps of 10 cm; it only goes away, so that it
    does not swing with the hands.
    """

    def __init__(self) -> None:
        self._parts: deque[SpatialHands] = deque()
        self.depth = _FIRST_DEPTH

    def between(self, begin: float, end: float) -> SpatialHands:
        """The hands from one moment to another, both with their own, in order."""
        near = [part for part in self._parts if begin - 1.0 < part.time[0] < end + 1.0]
        return joined_hands(near).between(begin, end)

    def note(self, time: float, hands: SpatialHands) -> None:
        """Take the hands of a moment; one before the last one, as of a file played anew, begins anew."""
        if self._parts and time <= float(self._parts[-1].time[0]):
            self._parts.clear()
        if not len(hands):
            return
        self._parts.append(hands)
        while float(self._parts[0].time[0]) < time - _KEPT_S:
            self._parts.popleft()
        deep = -(-picture_depth(hands) // _STEP) * _STEP
        self.depth = max(self.depth, deep)
