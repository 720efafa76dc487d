# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where the pipeline's threads meet Qt: it polls them and tells the window."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.camera_search import CameraSearch
from app.closing import Closing
from app.model.source_state import SourceState, source_label
from app.opening import Opened, SourceSpec, open_for_window
from app.player import Player
from app.rates import RateMeters
from app.recordings import Recordings
from app.result_call import ResultCall
from app.values import Phase
from handtrack.config import Settings
from handtrack.errors import HandtrackError
from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sessions.folder import new_session_folder, prepare_session_folder, sessions_home
from handtrack.sessions.live import LiveRecorder

if TYPE_CHECKING:
    from handtrack.model.operating_table import OperatingTable
    from handtrack.sessions import Session
    from handtrack.sources.base import SourceInfo
    from handtrack.tracking.tracker import HandTracker

log = logging.getLogger(__name__)

_POLL_INTERVAL = 0.05
"""Seconds between looks at what changes seldom: whether a source has opened, ended, failed or stopped."""
_SLOW_INTERVAL = 0.25
"""Seconds between updates of rates and of the recording's progress: faster cannot be read."""


class Bridge(QObject):
    """Starts and stops pipelines for the window, and emits what comes of them.

    `player` leads the source through its time, `recordings` record it.

    Everything here runs in the window's thread. The tracking thread calls it to a result, which it takes from
    a latest-value slot; what is not in such a hurry is polled.
    """

    result_ready = pyqtSignal(object)
    """FrameResult, to be shown now."""
    phase_changed = pyqtSignal(object)
    """Phase."""
    state_changed = pyqtSignal(object)
    """SourceState, after every change of it."""
    source_opened = pyqtSignal(object)
    """SourceInfo."""
    failed = pyqtSignal(str)
    """One sentence for people."""
    rates_changed = pyqtSignal(object)
    """Rates."""
    losses_changed = pyqtSignal(object)
    """tuple of sentences: what the source lost or left out so far."""
    recording_changed = pyqtSignal(object)
    """RecordingProgress."""
    cameras_found = pyqtSignal(object)
    """list of CameraDescription."""
    operating_table_known = pyqtSignal(object)
    """OperatingTable of the weights in use, or None where they have none."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.calibrated: Callable[[SourceSpec, Settings], Settings] = lambda _, settings: settings
        # The source chosen last, and whether its hands are to be tracked again.
        self._wish: tuple[SourceSpec, bool] | None = None
        self._next_wish: tuple[SourceSpec, bool] | None = None
        self._opened: Opened | None = None
        self._pipeline: Pipeline | None = None
        self._operating_table: OperatingTable | None = None
        self._closings: list[Closing] = []
        self._camera_search: CameraSearch | None = None
        self._phase = Phase.IDLE
        self._losses: tuple[str, ...] = ()
        self._shut_down = False
        self._meters = RateMeters()
        self._slow_update_at = 0.0
        self._info: SourceInfo | None = None
        self.player = Player(self)
        self.player.shown.connect(self.result_ready)
        self.recordings = Recordings(self)
        self.recordings.changed.connect(self.recording_changed)
        self.recordings.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * _POLL_INTERVAL))
        self._timer.timeout.connect(self._poll)
        self._call = ResultCall(1 / settings.window.refresh_hz, self)
        self._call.due.connect(self._look)

    @property
    def phase(self) -> Phase:
        """What is being done now."""
        return self._phase

    @property
    def pipeline(self) -> Pipeline | None:
        """The pipeline that runs, or ran last."""
        return self._pipeline

    @property
    def recording(self) -> bool:
        """Whether frames are being recorded, or will be once a file is played from its start."""
        return self.recordings.wanted

    @property
    def closing(self) -> bool:
        """Whether a source or a recording before is still being ended."""
        return bool(self._closings)

    @property
    def handed_over(self) -> float:
        """When the tracking thread finished the result that was emitted last, monotonic seconds."""
        return self._call.handed_over

    @property
    def source_spec(self) -> SourceSpec | None:
        """The source chosen last."""
        return None if self._wish is None else self._wish[0]

    @property
    def session(self) -> Session | None:
        """The session that is open, whether its hands are shown or tracked again; None of other sources."""
        return None if self._opened is None else self._opened.session()

    @property
    def state(self) -> SourceState:
        """What is open, and what is done with it."""
        opened, spec = self._opened, self.source_spec
        return SourceState(
            self._phase,
            "" if spec is None else source_label(spec),
            self._info,
            is_session=opened is not None and opened.session() is not None,
            shows_recorded=opened is not None and opened.recorded,
        )

    @property
    def settings(self) -> Settings:
        """The settings with what was changed in the window."""
        return self._settings

    @property
    def settings_in_force(self) -> Settings:
        """The settings with what was calibrated for the source chosen last."""
        spec = self.source_spec
        return self._settings if spec is None else self.calibrated(spec, self._settings)

    def open(self, spec: SourceSpec, track_again: bool = False) -> None:
        """Show a source from now on, in place of the one before; see `open_for_window` for track_again."""
        if self._shut_down:
            return
        self.recordings.folder_of_next = None
        self._wish = spec, track_again
        if self._phase.active or self._closings:
            self._next_wish = self._wish
            self.stop()
        else:
            self._begin(self._wish)

    def start(self) -> None:
        """Open the source chosen last again."""
        if self._wish is not None:
            self.open(*self._wish)

    def stop(self) -> None:
        """Release the source, and close a recording; the phase changes to STOPPED when that is done."""
        if self._pipeline is None:
            return
        if self._phase is not Phase.STOPPING:
            self._set_phase(Phase.STOPPING)
            self._close(self._pipeline, self.recordings.take())

    def configure(
        self,
        gate_threshold: float | None = None,
        max_hands: int | None = None,
        smoothing: bool | None = None,
    ) -> None:
        """Change how hands are tracked, from the next frame on and for every later source."""
        given = {"gate_threshold": gate_threshold, "max_hands": max_hands, "smoothing": smoothing}
        changes = {name: value for name, value in given.items() if value is not None}
        tracker = self._settings.tracker.model_copy(update=changes)
        self._settings = self._settings.model_copy(update={"tracker": tracker})
        if self._pipeline is not None:
            self._pipeline.configure(gate_threshold=gate_threshold, max_hands=max_hands, smoothing=smoothing)
        self.player.again()

    def use_settings(self, settings: Settings) -> None:
        """Take other settings: at once for hands and smoothing, and for what is opened from now on.

        A camera that is open is opened again if another mode is asked of it, unless it is being recorded.
        """
        before, self._settings = self._settings, settings
        self.configure(max_hands=settings.tracker.max_hands, smoothing=settings.tracker.smoothing)
        info = None if self._pipeline is None else self._pipeline.source_info
        live = info is not None and info.live and self._phase.active and not self.recording
        if live and settings.camera != before.camera:
            self.start()

    def set_mirrored(self, mirrored: bool) -> None:
        """Say whether sources show the world as a mirror does; the one that is open is opened again."""
        source = self._settings.source.model_copy(update={"mirrored": mirrored})
        self._settings = self._settings.model_copy(update={"source": source})
        if self._phase.active and self._phase is not Phase.STOPPING:
            self.start()

    def start_recording(self) -> bool:
        """Record; False, and `failed` with a sentence, where that cannot be.

        A camera is recorded from now on, and of stills those that are shown meanwhile, the present one first.
        A file is played again from its start and recorded once through, with every frame tracked.
        """
        if self.recording:
            return True
        if self._pipeline is None or self._phase is not Phase.RUNNING or self._wish is None:
            self.failed.emit(self.tr("Nothing can be recorded before a source runs; start one first."))
            return False
        if self.state.shows_recorded:
            self.failed.emit(
                self.tr("This is a recording already; choose “Track again” to make another of it.")
            )
            return False
        try:
            folder = new_session_folder(sessions_home(self._settings.recording))
            if not self.player.plays_file:
                self.recordings.start(self._pipeline, folder, self.settings_in_force)
                self.player.again()
                return True
            if prepare_session_folder(folder):
                folder.rmdir()
        except HandtrackError as error:
            self.failed.emit(str(error))
            return False
        self.open(*self._wish)
        self.recordings.announce(folder)
        return True

    def stop_recording(self) -> None:
        """End the recording; tracking goes on."""
        self.recordings.folder_of_next = None
        if self.recordings.running:
            self._close(None, self.recordings.take())
        opened = self._opened
        if opened is not None and opened.once_through and self._info is not None and self._phase.active:
            # What was to be seen whole for the recording may be moved in again.
            self.player.load(opened.make_deck(self._info))

    def note_drawn(self, captured: float, drawn: float) -> None:
        """Note when a frame captured then was drawn, both in seconds of the monotonic clock."""
        lag = self.player.lag
        if lag is not None:
            self._meters.drawn(captured + lag, drawn)

    def find_cameras(self) -> None:
        """Look for cameras, which can take seconds; `cameras_found` tells them."""
        if self._camera_search is None and not self._shut_down:
            self._camera_search = CameraSearch()
            self._timer.start()

    def shut_down(self) -> None:
        """End everything, waiting a little for the source and longer for a recording; nothing opens again."""
        self._shut_down = True
        self._next_wish = self.recordings.folder_of_next = None
        self._timer.stop()
        self.player.leave()
        if self._pipeline is not None and self._phase is not Phase.STOPPING:
            self._close(self._pipeline, self.recordings.take())
        for closing in self._closings:
            closing.wait()
            self._report_closed(closing)
        self._closings.clear()
        self._pipeline = None
        if self._camera_search is not None:
            self._camera_search.wait(2.0)
            self._camera_search = None

    def _begin(self, wish: tuple[SourceSpec, bool]) -> None:
        self._meters.clear()
        self._losses = ()
        self._opened = self._info = None
        self.player.leave()
        self._set_phase(Phase.OPENING)
        folder = self.recordings.take_folder()
        spec, track_again = wish
        try:
            self._opened = opened = open_for_window(
                spec,
                self._settings,
                self._load_tracker,
                once_through=folder is not None,
                track_again=track_again,
            )
            self._pipeline = Pipeline(
                opened.source,
                opened.make_tracker,
                wait_for_tracking=opened.wait,
                on_result=self._call.call,
            )
            if folder is not None:
                self.recordings.start(self._pipeline, folder, self.settings_in_force)
            self._pipeline.start()
        except HandtrackError as error:
            self._pipeline = None
            self._set_phase(Phase.FAILED)
            self.failed.emit(str(error))
            return
        self._timer.start()

    def _load_tracker(self) -> HandTracker:
        """Load the tracker; runs in the tracking thread, where torch and MediaPipe take seconds to import."""
        # With what recording imports: the first recording would lose frames to it.
        import handtrack.sessions.recorder  # noqa: F401
        from handtrack.tracking.tracker import HandTracker

        settings = self.settings_in_force
        tracker = HandTracker.load(settings=settings.tracker, field_of_view=settings.camera.field_of_view)
        tracker.prepare()  # or the first hands would lose frames to it
        self._operating_table = tracker.operating_table
        return tracker

    def _poll(self) -> None:
        self._look()
        for closing in [closing for closing in self._closings if closing.done]:
            self._closings.remove(closing)
            self._report_closed(closing)
        if self._camera_search is not None and self._camera_search.done:
            found, self._camera_search = self._camera_search.cameras, None
            self.cameras_found.emit(found)
        now = time.monotonic()
        if now >= self._slow_update_at:
            self._slow_update_at = now + _SLOW_INTERVAL
            self._report_progress(now)
        if not (self._phase.active or self._closings or self._camera_search or self.recordings.running):
            self._timer.stop()

    def _look(self) -> None:
        pipeline = self._pipeline
        if pipeline is not None and self._phase is not Phase.STOPPING:
            self._follow(pipeline)

    def _follow(self, pipeline: Pipeline) -> None:
        # The state is read before the slot, so that the last result is drawn before the end is told.
        state = pipeline.state
        info = pipeline.source_info
        if info is not None and self._info is None and self._opened is not None:
            self._info = info
            if not self._opened.once_through:
                self.player.load(self._opened.make_deck(info))
            self.source_opened.emit(info)
            self.state_changed.emit(self.state)
        if state.final or self._call.seconds_left() <= 0:
            self._show_newest(pipeline)
        if state is PipelineState.STARTING:
            self._set_phase(Phase.OPENING if info is None else Phase.LOADING)
        elif state is PipelineState.RUNNING:
            if self._phase is not Phase.RUNNING:
                self.operating_table_known.emit(self._operating_table)
            self._set_phase(Phase.RUNNING)
        elif self._phase.active:
            self._end(pipeline, Phase.ENDED if state is PipelineState.ENDED else Phase.FAILED)

    def _show_newest(self, pipeline: Pipeline) -> None:
        result = pipeline.results.take()
        if result is None:
            return
        self._call.note_taken()
        self._meters.took(result, time.monotonic())
        self.player.receive(result)

    def _end(self, pipeline: Pipeline, phase: Phase) -> None:
        """The pipeline came to an end by itself."""
        self._set_phase(phase)
        if phase is Phase.FAILED:
            self.failed.emit(str(pipeline.error or self.tr("The source failed; choose another one.")))
        self._report_progress(time.monotonic())
        self._close(pipeline, self.recordings.take())

    def _close(self, pipeline: Pipeline | None, recorder: LiveRecorder | None) -> None:
        if pipeline is not None:
            self.player.leave()
        self._closings.append(Closing(pipeline, recorder))
        self._timer.start()

    def _report_closed(self, closing: Closing) -> None:
        if closing.recorder is not None:
            self.recordings.report_ended(closing.recorder)
        if closing.pipeline is not None and closing.pipeline is self._pipeline:
            if self._phase is Phase.STOPPING:
                self._set_phase(Phase.STOPPED)
            self._pipeline = None
        if self._next_wish is not None and not self._closings:
            wish, self._next_wish = self._next_wish, None
            self._begin(wish)

    def _report_progress(self, now: float) -> None:
        if self._pipeline is not None:
            losses = self._pipeline.losses()
            if losses != self._losses:
                self._losses = losses
                self.losses_changed.emit(losses)
            self.rates_changed.emit(self._meters.rates(self._pipeline.stats(), now))
        self._watch_recording()
        self.player.tell()

    def _watch_recording(self) -> None:
        recordings, settings = self.recordings, self._settings.recording
        no_room = recordings.room_is_out(settings)
        if recordings.broken or no_room:
            self.stop_recording()
            if no_room:
                self.failed.emit(no_room)
            return
        recordings.report(None if self._pipeline is None else self._pipeline.source_info)
        if recordings.needs_new_part(settings) and self._pipeline is not None:
            before = recordings.take()
            try:
                # Before the old one ends, so that no frame falls between the two.
                folder = new_session_folder(sessions_home(settings))
                recordings.start(self._pipeline, folder, self.settings_in_force)
            except HandtrackError as error:
                self.failed.emit(str(error))
            self._close(None, before)

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self.phase_changed.emit(phase)
            self.state_changed.emit(self.state)
