"""The state of a pipeline and how it may change."""

from __future__ import annotations

import enum
import threading

from handtrack.errors import HandtrackError


class PipelineState(enum.Enum):
    """STARTING (opening the source, loading the tracker), RUNNING, then one of the final states.

    ENDED: the source came to its end. FAILED: see the pipeline's error. STOPPED: somebody stopped it.
    """

    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def final(self) -> bool:
        """Whether no other state follows."""
        return self in (PipelineState.ENDED, PipelineState.FAILED, PipelineState.STOPPED)


class PipelineStatus:
    """State and error, safe to use from every thread; the first final state stays."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = PipelineState.STARTING
        self._error: HandtrackError | None = None

    @property
    def state(self) -> PipelineState:
        """The state now."""
        return self._state

    @property
    def error(self) -> HandtrackError | None:
        """Why it failed, if it did."""
        return self._error

    def advance(self, state: PipelineState, error: HandtrackError | None = None) -> bool:
        """Go to a later state; False, with no effect, if a final state was reached before."""
        with self._lock:
            if self._state.final:
                return False
            self._state, self._error = state, error
            return True
