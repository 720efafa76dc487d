"""The capture thread's work: open the source and hand its frames over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from handtrack.errors import HandtrackError, SourceError
from handtrack.hand import Frame
from handtrack.pipeline.slot import LatestSlot
from handtrack.pipeline.stats import StatsCounter
from handtrack.sources.base import Source, SourceInfo

logger = logging.getLogger(__name__)


class CaptureLoop:
    """Reads a source to its end and closes it; `run` is the body of the capture thread.

    wait_for_tracking: a frame waits until the one before it was taken, so that none is lost.
    tracker_ready: no frame is read before, so that a file does not run away while the tracker loads.
    """

    def __init__(
        self,
        source: Source,
        frames: LatestSlot[Frame],
        stats: StatsCounter,
        *,
        wait_for_tracking: bool,
        tracker_ready: threading.Event,
        stopping: threading.Event,
        on_open: Callable[[SourceInfo], None],
        on_failure: Callable[[HandtrackError], None],
    ) -> None:
        self._source = source
        self._frames = frames
        self._stats = stats
        self._put = frames.put_when_taken if wait_for_tracking else frames.put
        self._tracker_ready = tracker_ready
        self._stopping = stopping
        self._on_open = on_open
        self._on_failure = on_failure

    def run(self) -> None:
        """Open, read to the end, close."""
        try:
            if self._stopping.is_set():
                return
            self._on_open(self._source.open())
            self._tracker_ready.wait()
            self._hand_over()
        except HandtrackError as error:
            self._fail(error)
        except Exception as error:
            logger.debug("the source failed unexpectedly", exc_info=True)
            reason = " ".join(str(error).split()) or type(error).__name__
            self._fail(SourceError(f"the source failed unexpectedly, start it again: {reason}"))
        finally:
            self._frames.close()
            try:
                self._source.close()
            except Exception:
                logger.warning("the source could not be closed in order", exc_info=True)

    def _hand_over(self) -> None:
        while not self._stopping.is_set():
            frame = self._source.read()
            if frame is None:
                return
            self._stats.count_captured(frame.index)
            if not self._put(frame):
                return

    def _fail(self, error: HandtrackError) -> None:
        # What a source says because it was closed under its hands is no failure.
        if not self._stopping.is_set():
            self._on_failure(error)
