"""Records what a running pipeline sees, in a thread of its own with a `recorder`; never holds it up."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handtrack.config import Settings
from handtrack.ending import NativeThread
from handtrack.errors import SessionError
from handtrack.hand import FrameResult
from handtrack.pipeline import Pipeline, PipelineStats, Subscription
from handtrack.sessions.folder import prepare_session_folder
from handtrack.sessions.losses import LostFrames

if TYPE_CHECKING:
    from handtrack.sessions.recorder import SessionRecorder

logger = logging.getLogger(__name__)


FRAMES_HELD: Final = 4
"""Frames of a camera that may wait for the tracker while they are recorded: a tenth of a second and more,
which a busy machine takes from a thread now and then."""


class LiveRecorder:
    """Records a pipeline to a session folder in a thread of its own.

    The results come through a bounded queue of `settings.recording.queue_frames`; when the disk cannot
    keep up, frames are left out and counted. When writing fails, or the pipeline ends, the recording
    ends and everything else goes on.
    """

    def __init__(self, pipeline: Pipeline, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self._pipeline = pipeline
        self._settings = settings
        self._subscription: Subscription | None = None
        self._before = pipeline.stats()
        self._after: PipelineStats | None = None
        self._folder_is_new = False
        self._written = 0
        self._seconds = 0.0
        self._saved = False
        self._error: SessionError | None = None
        self._marks: deque[str] = deque()
        self._paused_at: float | None = None
        self._pauses: list[float] = []
        self._thread: NativeThread | None = None

    @property
    def frames_written(self) -> int:
        """Frames recorded so far."""
        return self._written

    @property
    def seconds(self) -> float:
        """Seconds from the first recorded frame to the last so far."""
        return self._seconds

    @property
    def frames_dropped(self) -> int:
        """Frames left out so far because the disk could not keep up."""
        return 0 if self._subscription is None else self._subscription.dropped

    @property
    def lost(self) -> LostFrames:
        """Frames that the recording lacks so far, by who lost them."""
        return LostFrames.between(self._before, self._after or self._pipeline.stats(), self.frames_dropped)

    @property
    def losses(self) -> tuple[str, ...]:
        """All that was lost so far, a sentence each."""
        return (*self.lost.sentences(), *self._pauses_told(), *self._pipeline.losses())

    @property
    def saved(self) -> bool:
        """Whether the session was closed and is whole."""
        return self._saved

    @property
    def error(self) -> SessionError | None:
        """What ended the recording early, if anything did."""
        return self._error

    @property
    def running(self) -> bool:
        """Whether frames are still recorded, or the session is being closed."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def paused(self) -> bool:
        """Whether frames are passed over for now."""
        return self._paused_at is not None

    def pause(self) -> None:
        """Record no frame until `resume`."""
        if self._paused_at is None:
            self._paused_at = time.monotonic()

    def resume(self) -> None:
        """Record again; how long nothing was is noted in the session."""
        if self._paused_at is not None:
            self._pauses.append(time.monotonic() - self._paused_at)
            self._paused_at = None

    def mark(self, name: str = "") -> bool:
        """Mark the frame that is recorded now; False where none is, or it cannot be noted."""
        if not self.running or not self._written:
            return False
        self._marks.append(name)
        return True

    def start(self) -> None:
        """Begin. Raises SessionError where the folder holds something already or cannot be written."""
        self._folder_is_new = prepare_session_folder(self.folder)
        self._before = self._pipeline.stats()
        self._pipeline.hold_frames(FRAMES_HELD)
        self._subscription = self._pipeline.subscribe(self._settings.recording.queue_frames)
        # A program that ends waits until the last recording is whole.
        self._thread = NativeThread(
            partial(self._run, self._subscription), "recorder", self._ask_to_end, worth_waiting=True
        )
        self._thread.start()

    def stop(self, timeout: float | None = 2.0) -> bool:
        """End the recording with the frames that wait in the queue; gives whether it was closed in time.

        A session that was not closed within timeout seconds goes on closing in its thread.
        """
        self._ask_to_end()
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.running

    def _ask_to_end(self) -> None:
        if self._subscription is not None:
            self._note_end()
            self._subscription.end()

    def _pauses_told(self) -> tuple[str, ...]:
        if not self._pauses:
            return ()
        times = "once" if len(self._pauses) == 1 else f"{len(self._pauses)} times"
        return (f"recording was paused {times}, {sum(self._pauses):.1f} s in all",)

    def _note_end(self) -> None:
        """What the pipeline loses from here on is not lost by the recording."""
        if self._after is None:
            self._after = self._pipeline.stats()
            self._pipeline.hold_frames(1)

    def _run(self, subscription: Subscription) -> None:
        try:
            self._record(subscription)
        except SessionError as error:
            self._error = error
            logger.error("%s", error)
        except Exception as error:
            # The recording is not worth the program: whatever went wrong is told like a full disk.
            logger.exception("recording failed")
            self._error = SessionError(f"the recording to {self.folder} stopped: {error}")
        finally:
            subscription.close()
            if self._folder_is_new:
                # A recording of nothing leaves nothing behind.
                with contextlib.suppress(OSError):
                    self.folder.rmdir()

    def _record(self, subscription: Subscription) -> None:
        # Arrow and FFmpeg take a while to import, which must not hold up the window.
        from handtrack.sessions.recorder import SessionRecorder

        # Only now the source and the weights are known for sure.
        result = subscription.get()
        if result is None:
            return
        with SessionRecorder.of_pipeline(self._pipeline, self.folder, self._settings) as recorder:
            while result is not None:
                if not self.paused:
                    recorder.write(result, subscription.dropped)
                self._written, self._seconds = recorder.frames_written, recorder.seconds
                while self._marks:
                    recorder.mark(self._marks.popleft())
                result = _next_result(subscription, recorder)
            self._note_end()
            losses = (*self._pauses_told(), *self._pipeline.losses())
            recorder.close(ended=self._pipeline.ending, losses=losses, lost=self.lost)
        self._saved = True


def _next_result(subscription: Subscription, recorder: SessionRecorder) -> FrameResult | None:
    """The next result, None at the end; meanwhile what was written is forced to the disk."""
    while True:
        try:
            return subscription.get(timeout=recorder.seconds_until_flush())
        except TimeoutError:
            recorder.flush_if_due()
