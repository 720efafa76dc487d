"""The tracking thread's work: load the tracker and turn frames into results."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from handtrack.errors import HandtrackError
from handtrack.hand import Frame, FrameResult
from handtrack.pipeline.slot import LatestSlot

logger = logging.getLogger(__name__)

MAX_FAILURES_IN_A_ROW = 10
"""So many failing frames end the pipeline; fewer are counted and passed over."""


class Tracker(Protocol):
    """The part of `HandTracker` that a pipeline uses; attributes may be set from any thread."""

    gate_threshold: float
    max_hands: int
    smoothing: bool

    @property
    def max_iterations(self) -> int:
        """Loops that the network may use."""
        ...

    def process_frame(self, frame: Frame) -> FrameResult:
        """Find the hands in a frame."""
        ...

    def close(self) -> None:
        """Give back what the tracker holds."""
        ...


class TrackingLoop:
    """Tracks every frame that comes through the slot; `run` is the body of the tracking thread."""

    def __init__(
        self,
        make_tracker: Callable[[], Tracker],
        frames: LatestSlot[Frame],
        *,
        stopping: threading.Event,
        on_load: Callable[[Tracker], None],
        on_result: Callable[[FrameResult], None],
        on_failed_frame: Callable[[], None],
        on_failure: Callable[[HandtrackError], None],
        on_end: Callable[[], None],
    ) -> None:
        self._make_tracker = make_tracker
        self._frames = frames
        self._stopping = stopping
        self._on_load = on_load
        self._on_result = on_result
        self._on_failed_frame = on_failed_frame
        self._on_failure = on_failure
        self._on_end = on_end

    def run(self) -> None:
        """Load, track until the frames end, close."""
        try:
            tracker = self._make_tracker()
        except Exception as error:
            self._on_failure(_as_handtrack_error(error, "the tracker could not be loaded"))
            self._on_end()
            return
        try:
            self._on_load(tracker)
            self._track(tracker)
        except Exception as error:
            self._on_failure(_as_handtrack_error(error, "tracking failed unexpectedly"))
        finally:
            self._on_end()
            _close(tracker)

    def _track(self, tracker: Tracker) -> None:
        failures = 0
        while not self._stopping.is_set():
            frame = self._frames.wait()
            if frame is None:
                if self._frames.exhausted:
                    return
                continue
            try:
                result = tracker.process_frame(frame)
            except Exception as error:
                failures += 1
                self._on_failed_frame()
                self._judge(error, frame, failures)
            else:
                failures = 0
                self._on_result(result)

    def _judge(self, error: Exception, frame: Frame, failures: int) -> None:
        """Report a frame that failed; raise HandtrackError when too many did."""
        problem = _as_handtrack_error(error, f"the tracker failed on frame {frame.index}")
        if failures >= MAX_FAILURES_IN_A_ROW:
            raise _as_handtrack_error(error, f"the tracker failed on {failures} frames in a row")
        # One line for a row of failures, not one for each of thirty frames a second.
        logger.log(logging.WARNING if failures == 1 else logging.DEBUG, "%s", problem)


def _close(tracker: Tracker) -> None:
    try:
        tracker.close()
    except Exception:
        logger.warning("the tracker could not be closed in order", exc_info=True)


def _as_handtrack_error(error: Exception, what: str) -> HandtrackError:
    """The error itself if it is one of ours, else one clear sentence; the traceback goes to the log."""
    if isinstance(error, HandtrackError):
        return error
    logger.debug("%s", what, exc_info=error)
    reason = " ".join(str(error).split()) or type(error).__name__
    return HandtrackError(f"{what}: {reason}")
