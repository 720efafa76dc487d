"""A file played once through, with no frame left out however slow its reader is."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from handtrack.hand import Frame
from handtrack.sources.base import Source, SourceInfo


class OnceThrough:
    """Gives the frames of a source that does not wait, at their own pace at the fastest.

    Times are moments of the monotonic clock, as far apart as in the file. A reader that lags gets every frame
    late, and without waiting until it has caught up.
    """

    def __init__(self, source: Source) -> None:
        """source: gives its frames with presentation times, as fast as they are read, and ends."""
        self._source = source
        self._closed = threading.Event()
        self._start: float | None = None

    def open(self) -> SourceInfo:
        """Open the source. Raises SourceError with what is wrong and what to do."""
        return self._source.open()

    def read(self) -> Frame | None:
        """Next frame once it is due, or None at the end or once closed."""
        frame = self._source.read()
        if frame is None:
            return None
        now = time.monotonic()
        if self._start is None:
            self._start = now - frame.timestamp
        due = self._start + frame.timestamp
        return None if self._closed.wait(max(0.0, due - now)) else replace(frame, timestamp=due)

    def close(self) -> None:
        """Release the file; a waiting `read` returns at once."""
        self._closed.set()
        self._source.close()

    def losses(self) -> tuple[str, ...]:
        """What the source lost: see `Source.losses`."""
        return self._source.losses()
