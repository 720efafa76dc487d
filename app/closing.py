# SPDX-License-Identifier: GPL-3.0-or-later
"""Ending a pipeline and its recording away from the window's thread, which must not wait."""

from __future__ import annotations

import logging
import threading

from handtrack.pipeline import Pipeline
from handtrack.sessions.live_recorder import LiveRecorder

log = logging.getLogger(__name__)

RECORDER_PATIENCE = 10.0
"""Seconds given to write the end of a recording, which is worth more than a quick stop."""


class Closing:
    """Stops a recorder, a pipeline, or both, in a thread of its own; `done` once that is over."""

    def __init__(self, pipeline: Pipeline | None, recorder: LiveRecorder | None) -> None:
        self.pipeline, self.recorder = pipeline, recorder
        self._thread = threading.Thread(target=self._run, name="handtrack-closing", daemon=False)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether everything has ended."""
        return not self._thread.is_alive()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; False if it has not come after timeout seconds."""
        self._thread.join(timeout)
        return self.done

    def _run(self) -> None:
        if self.recorder is not None:
            # Only asked, not waited for: the source is released first.
            self.recorder.stop(0)
        if self.pipeline is not None and not self.pipeline.stop():
            log.warning("the source did not stop in time; it is left to end by itself")
        if self.recorder is not None and not self.recorder.stop(RECORDER_PATIENCE):
            log.warning("the recording in %s is still being closed", self.recorder.folder)
