# SPDX-License-Identifier: GPL-3.0-or-later
"""The source that is open: one after the other is opened, followed while it runs, and ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.closing import Closing
from app.model.source_state import SourceState, source_label
from app.opening import Opened, SourceSpec, open_for_window
from app.player import Player
from app.recordings import Recordings
from app.result_call import ResultCall
from app.values import Phase
from app.words import translate
from handtrack.config import Settings
from handtrack.errors import HandtrackError
from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sessions.live_recorder import LiveRecorder

if TYPE_CHECKING:
    from handtrack.model.operating_table import OperatingTable
    from handtrack.sessions import Session
    from handtrack.sources.base import SourceInfo
    from handtrack.streaming import Streams
    from handtrack.tracking.tracker import HandTracker

_POLL_INTERVAL = 0.05
"""Seconds between looks at what changes seldom: whether a source has opened, ended, failed or stopped."""


class Sources(QObject):
    """Opens a source with its pipeline and its deck, and ends it together with its recording.

    The tracking thread calls it to a result, which it takes from a latest-value slot; what is not in such a
    hurry is polled.
    """

    result_taken = pyqtSignal(object)
    """FrameResult, the newest of the pipeline."""
    begun = pyqtSignal()
    """Another source is going to be opened."""
    phase_changed = pyqtSignal(object)
    """Phase."""
    state_changed = pyqtSignal(object)
    """SourceState, after every change of it."""
    opened = pyqtSignal(object)
    """SourceInfo."""
    failed = pyqtSignal(str)
    """One sentence for people."""
    ended = pyqtSignal()
    """The source came to its end by itself, or failed; its pipeline is there for a last look."""
    operating_table_known = pyqtSignal(object)
    """OperatingTable of the weights in use, or None where they have none."""

    def __init__(
        self,
        settings_for: Callable[[SourceSpec], Settings],
        player: Player,
        recordings: Recordings,
        refresh_hz: float,
        parent: QObject | None = None,
        streams: Streams | None = None,
    ) -> None:
        """settings_for: gives the settings in force for a source, with what was calibrated for it.

        streams: what the results of every source go out to.
        """
        super().__init__(parent)
        self._settings_for = settings_for
        self._player, self._recordings = player, recordings
        self._streams = streams
        # The source chosen last, and whether its hands are to be tracked again.
        self._wish: tuple[SourceSpec, bool] | None = None
        self._next_wish: tuple[SourceSpec, bool] | None = None
        self._opened: Opened | None = None
        self._info: SourceInfo | None = None
        self._operating_table: OperatingTable | None = None
        self._closings: list[Closing] = []
        self._shut_down = False
        self.phase = Phase.IDLE
        self.pipeline: Pipeline | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * _POLL_INTERVAL))
        self._timer.timeout.connect(self._poll)
        self._call = ResultCall(1 / refresh_hz, self)
        self._call.due.connect(self._look)

    @property
    def spec(self) -> SourceSpec | None:
        """The source chosen last."""
        return None if self._wish is None else self._wish[0]

    @property
    def session(self) -> Session | None:
        """The session that is open, whether its hands are shown or tracked again; None of other sources."""
        return None if self._opened is None else self._opened.session()

    @property
    def closing(self) -> bool:
        """Whether a source or a recording before is still being ended."""
        return bool(self._closings)

    @property
    def handed_over(self) -> float:
        """When the tracking thread finished the result that was taken last, monotonic seconds."""
        return self._call.handed_over

    @property
    def state(self) -> SourceState:
        """What is open, and what is done with it."""
        opened = self._opened
        return SourceState(
            self.phase,
            "" if self.spec is None else source_label(self.spec),
            self._info,
            is_session=opened is not None and opened.session() is not None,
            shows_recorded=opened is not None and opened.recorded,
        )

    def open(self, spec: SourceSpec, track_again: bool = False) -> None:
        """Show a source from now on, in place of the one before; see `open_for_window` for track_again."""
        if self._shut_down:
            return
        self._recordings.withdraw()
        self._wish = spec, track_again
        if self.phase.active or self._closings:
            self._next_wish = self._wish
            self._let_go()
        else:
            self._begin(self._wish)

    def start(self) -> None:
        """Open the source chosen last again."""
        if self._wish is not None:
            self.open(*self._wish)

    def stop(self) -> None:
        """Release the source, and close a recording; the phase changes to STOPPED when that is done.

        What was to be opened next stays closed.
        """
        self._next_wish = None
        self._recordings.withdraw()
        self._let_go()

    def _let_go(self) -> None:
        if self.pipeline is not None and self.phase is not Phase.STOPPING:
            self._set_phase(Phase.STOPPING)
            self._end_with_recording(self.pipeline)

    def end_recording(self, recorder: LiveRecorder | None) -> None:
        """Close a recording while the source goes on."""
        self._close(None, recorder)

    def may_be_moved(self) -> None:
        """Let a person move in a file that was to be seen whole for its recording."""
        opened = self._opened
        if opened is not None and opened.once_through and self._info is not None and self.phase.active:
            self._player.load(opened.make_deck(self._info))

    def shut_down(self) -> None:
        """End everything, waiting a little for the source and longer for a recording; nothing opens again."""
        self._shut_down = True
        self._next_wish = None
        self._recordings.withdraw()
        self._timer.stop()
        self._player.leave()
        if self.pipeline is not None and self.phase is not Phase.STOPPING:
            self._end_with_recording(self.pipeline)
            self._timer.stop()
        for closing in self._closings:
            closing.wait()
            self._report_closed(closing)
        self._closings.clear()
        self.pipeline = None

    def _begin(self, wish: tuple[SourceSpec, bool]) -> None:
        self._opened = self._info = None
        self.begun.emit()
        self._player.leave()
        self._set_phase(Phase.OPENING)
        folder = self._recordings.take_folder()
        spec, track_again = wish
        settings = self._settings_for(spec)
        try:
            self._opened = opened = open_for_window(
                spec,
                settings,
                self._load_tracker,
                once_through=folder is not None,
                track_again=track_again,
            )
            self.pipeline = Pipeline(
                opened.source,
                opened.make_tracker,
                wait_for_tracking=opened.wait,
                on_result=self._call.call,
            )
            if self._streams is not None:
                self._streams.attach(self.pipeline)
            if folder is not None:
                self._recordings.start(self.pipeline, folder, settings)
            self.pipeline.start()
        except HandtrackError as error:
            self.pipeline = None
            self._recordings.report_none(folder)
            self._set_phase(Phase.FAILED)
            self.failed.emit(str(error))
            return
        self._timer.start()

    def _load_tracker(self) -> HandTracker:
        """Load the tracker; runs in the tracking thread, where torch and MediaPipe take seconds to import."""
        # With what recording imports: the first recording would lose frames to it.
        import handtrack.sessions.recorder  # noqa: F401
        from handtrack.tracking.tracker import HandTracker

        assert self.spec is not None
        settings = self._settings_for(self.spec)
        tracker = HandTracker.load(settings=settings.tracker, field_of_view=settings.camera.field_of_view)
        tracker.prepare()  # or the first hands would lose frames to it
        self._operating_table = tracker.operating_table
        return tracker

    def _poll(self) -> None:
        self._look()
        for closing in [closing for closing in self._closings if closing.done]:
            self._closings.remove(closing)
            self._report_closed(closing)
        if not (self.phase.active or self._closings):
            self._timer.stop()

    def _look(self) -> None:
        pipeline = self.pipeline
        if pipeline is not None and self.phase is not Phase.STOPPING:
            self._follow(pipeline)

    def _follow(self, pipeline: Pipeline) -> None:
        # The state is read before the slot, so that the last result is drawn before the end is told.
        state = pipeline.state
        info = pipeline.source_info
        if info is not None and self._info is None and self._opened is not None:
            self._info = info
            if not self._opened.once_through:
                self._player.load(self._opened.make_deck(info))
            self.opened.emit(info)
            self.state_changed.emit(self.state)
        if state is PipelineState.STARTING:
            # What was tracked meanwhile is taken at the next look: it would go under "Loading the tracker…",
            # and a still is not followed by another.
            self._set_phase(Phase.OPENING if info is None else Phase.LOADING)
            return
        if state.final or self._call.seconds_left() <= 0:
            self._take_newest(pipeline)
        if state is PipelineState.RUNNING:
            if self.phase is not Phase.RUNNING:
                self.operating_table_known.emit(self._operating_table)
            self._set_phase(Phase.RUNNING)
        elif self.phase.active:
            self._end(pipeline, failed=state is not PipelineState.ENDED)

    def _take_newest(self, pipeline: Pipeline) -> None:
        result = pipeline.results.take()
        if result is not None:
            self._call.note_taken()
            self.result_taken.emit(result)

    def _end(self, pipeline: Pipeline, failed: bool) -> None:
        """The pipeline came to an end by itself."""
        self._set_phase(Phase.FAILED if failed else Phase.ENDED)
        if failed:
            words = translate("Sources", "The source failed; choose another one.")
            self.failed.emit(str(pipeline.error or words))
        self.ended.emit()
        self._end_with_recording(pipeline)

    def _end_with_recording(self, pipeline: Pipeline) -> None:
        self._player.leave()
        self._close(pipeline, self._recordings.take())

    def _close(self, pipeline: Pipeline | None, recorder: LiveRecorder | None) -> None:
        self._closings.append(Closing(pipeline, recorder))
        self._timer.start()

    def _report_closed(self, closing: Closing) -> None:
        if closing.recorder is not None:
            self._recordings.report_ended(closing.recorder)
        if closing.pipeline is not None and closing.pipeline is self.pipeline:
            if self.phase is Phase.STOPPING:
                self._set_phase(Phase.STOPPED)
            self.pipeline = None
        if self._next_wish is not None and not self._closings:
            wish, self._next_wish = self._next_wish, None
            self._begin(wish)

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self.phase_changed.emit(phase)
            self.state_changed.emit(self.state)
