"""Times that always rise, whatever a file says."""

from __future__ import annotations


class RisingTimes:
    """Turns presentation times into timestamps that always rise, also where a file's own times jump back."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._last: float | None = None

    def stamp(self, presentation: float, interval: float) -> float:
        """Timestamp of a frame, in seconds.

        presentation: seconds within the file. interval: seconds to the frame before, where the times do not
        say.
        """
        time = presentation + self._offset
        if self._last is not None and time <= self._last:
            self._offset += self._last + interval - time
            time = self._last + interval
        self._last = time
        return time
