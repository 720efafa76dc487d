"""From a source to results: a capture thread, a tracking thread and the ways out of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

from handtrack.checks import checked_live_setting
from handtrack.ending import NativeThread
from handtrack.errors import HandtrackError
from handtrack.hand import Frame, FrameResult
from handtrack.pipeline.capture import CaptureLoop
from handtrack.pipeline.slot import LatestSlot
from handtrack.pipeline.stats import PipelineStats, StatsCounter
from handtrack.pipeline.status import PipelineState, PipelineStatus
from handtrack.pipeline.subscription import Mailbox, Subscribers, Subscription
from handtrack.pipeline.tracking import Tracker, TrackingLoop
from handtrack.sources.base import Source, SourceInfo

logger = logging.getLogger(__name__)


class Pipeline:
    """Tracks the hands of a source in the background; start it once, stop it once.

    results: the latest result, for a window that polls. source_info and tracker: None until the
    source is open and the tracker is loaded. See `subscribe` for consumers that need every result.
    """

    def __init__(
        self,
        source: Source,
        make_tracker: Callable[[], Tracker],
        *,
        wait_for_tracking: bool,
        on_result: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the threads.

        make_tracker: called in the tracking thread, because loading is slow.
        wait_for_tracking: every frame is tracked and every result delivered, at the pace of the
        slowest part; otherwise the latest frame wins and consumers that lag lose results.
        on_result: called in the tracking thread each time a new result lies in `results`; it must return at
        once.
        """
        self.results: LatestSlot[FrameResult] = LatestSlot()
        self.source_info: SourceInfo | None = None
        self.tracker: Tracker | None = None
        self._source = source
        self._wait_for_tracking = wait_for_tracking
        self._on_result = on_result
        self._frames: LatestSlot[Frame] = LatestSlot()
        self._stats = StatsCounter()
        self._status = PipelineStatus()
        self._subscribers = Subscribers()
        self._stopping = threading.Event()
        self._tracker_ready = threading.Event()
        self._lock = threading.Lock()
        self._wishes: dict[str, float | int | bool] = {}
        capture = CaptureLoop(
            source,
            self._frames,
            self._stats,
            wait_for_tracking=wait_for_tracking,
            tracker_ready=self._tracker_ready,
            stopping=self._stopping,
            on_open=self._source_opened,
            on_failure=self._capture_failed,
        )
        tracking = TrackingLoop(
            make_tracker,
            self._frames,
            stopping=self._stopping,
            on_load=self._tracker_loaded,
            on_result=self._publish,
            on_failed_frame=self._stats.count_failed,
            on_failure=self._tracking_failed,
            on_end=self._tracking_ended,
        )
        self._capture_thread = NativeThread(capture.run, "handtrack-capture", self._ask_to_end)
        self._tracking_thread = NativeThread(tracking.run, "handtrack-tracking", self._ask_to_end)

    @property
    def state(self) -> PipelineState:
        """The state now."""
        return self._status.state

    @property
    def error(self) -> HandtrackError | None:
        """What went wrong, if the state is FAILED."""
        return self._status.error

    @property
    def ending(self) -> str:
        """Why no more results come, in a few words: the error, the source's end, or that it was stopped."""
        if self.error is not None:
            return f"error: {self.error}"
        return "the source ended" if self.state is PipelineState.ENDED else "stopped"

    def start(self) -> None:
        """Begin to open the source and to load the tracker; returns at once.

        Raises RuntimeError if it was started or stopped before: make a new pipeline instead.
        """
        if self.state.final:
            raise RuntimeError(f"this pipeline is {self.state.value} and cannot be started again")
        self._capture_thread.start()
        self._tracking_thread.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """End both threads and release the source; idempotent.

        Returns whether both ended within timeout seconds. A tracker that is still loading cannot be
        interrupted: its thread ends, and closes it, as soon as it has loaded.
        """
        deadline = time.monotonic() + timeout
        self._ask_to_end()
        ended = self.join(max(0.0, deadline - time.monotonic()))
        self._subscribers.end()
        for thread in self._running_threads():
            loads = thread is self._tracking_thread and self.tracker is None
            # Nothing is wrong with loading: after an error a second line would only hide it.
            level = logging.INFO if loads else logging.WARNING
            logger.log(level, "the thread %s is still busy; it ends when its work returns", thread.name)
        return ended

    def join(self, timeout: float | None = None) -> bool:
        """Wait until both threads have ended; False if they have not after timeout seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        for thread in self._running_threads():
            thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
        return not self._running_threads()

    def subscribe(self, maxsize: int) -> Subscription:
        """A queue of at most maxsize results, from the next one on, for one consumer."""
        subscription = Subscription(maxsize, blocking=self._wait_for_tracking)
        self._subscribers.add(subscription)
        return subscription

    def deliver_to(self, mailbox: Mailbox) -> None:
        """Put every result from the next one on into a mailbox too, which never makes tracking wait."""
        self._subscribers.add(mailbox)

    def hold_frames(self, count: int) -> None:
        """Let so many frames wait for the tracker, rather than the latest alone, before one is left out.

        For a recording: what is late for a moment is tracked a moment later.
        """
        self._frames.depth = count

    def stats(self) -> PipelineStats:
        """Counts so far and rates of the last second."""
        return self._stats.snapshot(self._frames.overwritten)

    def losses(self) -> tuple[str, ...]:
        """What the source lost or left out so far, a sentence each; see `Source.losses`."""
        return self._source.losses()

    def configure(
        self,
        gate_threshold: float | None = None,
        max_hands: int | None = None,
        smoothing: bool | None = None,
    ) -> None:
        """Set what is given on the tracker, from its next frame on, or as soon as it is loaded.

        Raises ValueError for values that are not allowed, and then sets nothing.
        """
        given = {"gate_threshold": gate_threshold, "max_hands": max_hands, "smoothing": smoothing}
        wishes = {
            name: checked_live_setting(name, value) for name, value in given.items() if value is not None
        }
        with self._lock:
            self._wishes.update(wishes)
            self._apply_wishes()

    def __enter__(self) -> Pipeline:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _source_opened(self, info: SourceInfo) -> None:
        logger.info("opened %s: %s", info.name, info.detail)
        with self._lock:
            self.source_info = info
            self._run_if_ready()

    def _tracker_loaded(self, tracker: Tracker) -> None:
        with self._lock:
            self.tracker = tracker
            self._apply_wishes()
            self._run_if_ready()
        self._tracker_ready.set()

    def _run_if_ready(self) -> None:
        if self.source_info is not None and self.tracker is not None:
            self._status.advance(PipelineState.RUNNING)

    def _apply_wishes(self) -> None:
        if self.tracker is None:
            return
        for name, value in self._wishes.items():
            setattr(self.tracker, name, value)
        self._wishes.clear()

    def _publish(self, result: FrameResult) -> None:
        self._stats.count_tracked(result)
        self.results.put(result)
        self._on_result()
        self._subscribers.publish(result)

    def _capture_failed(self, error: HandtrackError) -> None:
        running = self.state is PipelineState.RUNNING
        self._status.advance(PipelineState.FAILED, error)
        if not running:
            # Nothing was captured, so nobody needs to wait for the tracker to finish loading.
            self._subscribers.end()

    def _tracking_failed(self, error: HandtrackError) -> None:
        self._status.advance(PipelineState.FAILED, error)
        self._halt()

    def _tracking_ended(self) -> None:
        self._status.advance(PipelineState.ENDED)
        self._subscribers.end()

    def _ask_to_end(self) -> None:
        self._status.advance(PipelineState.STOPPED)
        self._halt()

    def _halt(self) -> None:
        """Let both threads come to their end soon, whatever they wait for."""
        self._stopping.set()
        self._tracker_ready.set()
        self._frames.close()
        self._subscribers.hurry()
        try:
            self._source.close()
        except Exception:
            logger.warning("the source could not be closed in order", exc_info=True)

    def _running_threads(self) -> list[NativeThread]:
        return [thread for thread in (self._capture_thread, self._tracking_thread) if thread.is_alive()]
