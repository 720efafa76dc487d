"""The clock by which files are played."""

from __future__ import annotations

import threading
import time

MAX_LATENESS = 0.5
"""Seconds that playback may lag behind before it goes on from where it is."""


class PlaybackClock:
    """Turns presentation times into timestamps that always rise, through every loop.

    In real time a timestamp is the monotonic moment at which the frame is due, and `stamp` waits for
    it; otherwise it is the presentation time, and nothing waits.
    """

    def __init__(self, *, realtime: bool, closed: threading.Event) -> None:
        self._realtime = realtime
        self._closed = closed
        self._offset = 0.0
        self._last: float | None = None
        self._start: float | None = None

    def stamp(self, presentation: float, interval: float) -> float | None:
        """Timestamp of a frame, in seconds; in real time, after waiting until it is due.

        presentation: seconds within the file; starting again is a new loop. interval: seconds between
        frames where the presentation times do not say. None if the source was closed while waiting.
        """
        media_time = presentation + self._offset
        if self._last is not None and media_time <= self._last:
            # A new loop, or a file whose times jump back: go on one interval after the last frame.
            self._offset += self._last + interval - media_time
            media_time = self._last + interval
        self._last = media_time
        return self._wait_until_due(media_time) if self._realtime else media_time

    def _wait_until_due(self, media_time: float) -> float | None:
        now = time.monotonic()
        if self._start is None or now - (self._start + media_time) > MAX_LATENESS:
            # A machine that cannot keep up plays slower, instead of ever further behind.
            self._start = now - media_time
        due = self._start + media_time
        if self._closed.wait(max(0.0, due - now)):
            return None
        return due
