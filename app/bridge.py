# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where the pipeline's threads meet Qt: it polls them and tells the window."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.camera_search import CameraSearch
from app.closing import Closing
from app.meters import DrawingMeter, EstimatorMeter
from app.result_call import ResultCall
from app.values import Phase, Rates, RecordingProgress
from handtrack.config import Settings
from handtrack.errors import HandtrackError
from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sessions.folder import new_session_folder, prepare_session_folder, sessions_home
from handtrack.sessions.live import LiveRecorder

if TYPE_CHECKING:
    from handtrack.model.operating_table import OperatingTable
    from handtrack.sources.stills import StillSource
    from handtrack.tracking.tracker import HandTracker

log = logging.getLogger(__name__)

SourceSpec = str | int | Path

_POLL_INTERVAL = 0.05
"""Seconds between looks at what changes seldom: whether a source has opened, ended, failed or stopped."""
_SLOW_INTERVAL = 0.25
"""Seconds between updates of rates and of the recording's progress: faster cannot be read."""


class Bridge(QObject):
    """Starts and stops pipelines and recordings for the window, and emits what they give.

    Everything here runs in the window's thread. The tracking thread calls it to a result, which it takes from
    a latest-value slot; what is not in such a hurry is polled.
    """

    result_ready = pyqtSignal(object)
    """FrameResult, the newest one."""
    phase_changed = pyqtSignal(object)
    """Phase."""
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
        self._spec: SourceSpec | None = None
        self._next_spec: SourceSpec | None = None
        self._pipeline: Pipeline | None = None
        self._stills: StillSource | None = None
        self._operating_table: OperatingTable | None = None
        self._recorder: LiveRecorder | None = None
        self._folder_of_next: Path | None = None
        self._closings: list[Closing] = []
        self._camera_search: CameraSearch | None = None
        self._phase = Phase.IDLE
        self._source_announced = False
        self._losses: tuple[str, ...] = ()
        self._shut_down = False
        self._meter = DrawingMeter()
        self._estimator_meter = EstimatorMeter()
        self._slow_update_at = 0.0
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
        return self._recorder is not None or self._folder_of_next is not None

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
        return self._spec

    @property
    def settings(self) -> Settings:
        """The settings with what was changed in the window."""
        return self._settings

    def open(self, spec: SourceSpec) -> None:
        """Track a source from now on, in place of the one before."""
        if self._shut_down:
            return
        self._folder_of_next = None
        self._spec = spec
        if self._phase.active or self._closings:
            self._next_spec = spec
            self.stop()
        else:
            self._begin(spec)

    def start(self) -> None:
        """Track the source chosen last again."""
        if self._spec is not None:
            self.open(self._spec)

    def stop(self) -> None:
        """Release the source, and close a recording; the phase changes to STOPPED when that is done."""
        if self._pipeline is None:
            return
        if self._phase is not Phase.STOPPING:
            self._set_phase(Phase.STOPPING)
            self._close(self._pipeline, self._take_recorder())

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
        self.step_still(0)

    def step_still(self, pictures: int) -> None:
        """Of a set of stills, show the one so many further on, or back; 0 tracks the present one again."""
        if self._stills is not None:
            self._stills.step(pictures)

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
        if self._pipeline is None or self._phase is not Phase.RUNNING:
            self.failed.emit("Nothing can be recorded before a source runs; start one first.")
            return False
        try:
            folder = new_session_folder(sessions_home(self._settings.recording))
            info = self._pipeline.source_info
            if info is None or info.live or self._stills is not None or self._spec is None:
                self._record(self._pipeline, folder)
                self.step_still(0)
                return True
            if prepare_session_folder(folder):
                folder.rmdir()
        except HandtrackError as error:
            self.failed.emit(str(error))
            return False
        self.open(self._spec)
        self._folder_of_next = folder
        self.recording_changed.emit(RecordingProgress(True, folder, 0.0, 0))
        return True

    def stop_recording(self) -> None:
        """End the recording; tracking goes on."""
        self._folder_of_next = None
        if self._recorder is not None:
            self._close(None, self._take_recorder())

    def note_drawn(self, captured: float, drawn: float) -> None:
        """Note when a frame captured then was drawn, both in seconds of the monotonic clock."""
        self._meter.drawn(captured, drawn)

    def find_cameras(self) -> None:
        """Look for cameras, which can take seconds; `cameras_found` tells them."""
        if self._camera_search is None and not self._shut_down:
            self._camera_search = CameraSearch()
            self._timer.start()

    def shut_down(self) -> None:
        """End everything, waiting a little for the source and longer for a recording; nothing opens again."""
        self._shut_down = True
        self._next_spec = self._folder_of_next = None
        self._timer.stop()
        if self._pipeline is not None and self._phase is not Phase.STOPPING:
            self._close(self._pipeline, self._take_recorder())
        for closing in self._closings:
            closing.wait()
            self._report_closed(closing)
        self._closings.clear()
        self._pipeline = None
        if self._camera_search is not None:
            self._camera_search.wait(2.0)
            self._camera_search = None

    def _begin(self, spec: SourceSpec) -> None:
        self._meter.clear()
        self._estimator_meter.clear()
        self._source_announced = False
        self._losses = ()
        self._stills = None
        self._set_phase(Phase.OPENING)
        try:
            # Here, because sources import OpenCV and FFmpeg, and the window shows first.
            from handtrack.sources import open_source
            from handtrack.sources.once_through import OnceThrough
            from handtrack.sources.stills import StillSource

            folder, self._folder_of_next = self._folder_of_next, None
            source = open_source(
                spec, self._settings, realtime=folder is None, loop=None if folder is None else False
            )
            self._stills = source if isinstance(source, StillSource) else None
            self._pipeline = Pipeline(
                source if folder is None else OnceThrough(source),
                self._make_tracker,
                # Stills come when a person asks for them: nothing is late, so nothing is left out.
                wait_for_tracking=folder is not None or self._stills is not None,
                on_result=self._call.call,
            )
            if folder is not None:
                self._record(self._pipeline, folder)
            self._pipeline.start()
        except HandtrackError as error:
            self._pipeline = None
            self._set_phase(Phase.FAILED)
            self.failed.emit(str(error))
            return
        self._timer.start()

    def _record(self, pipeline: Pipeline, folder: Path) -> None:
        """Begin to record. Raises SessionError."""
        recorder = LiveRecorder(pipeline, folder, self._settings)
        recorder.start()
        self._recorder = recorder
        self._report_recording()

    def _make_tracker(self) -> HandTracker:
        """Load the tracker; runs in the tracking thread, where torch and MediaPipe take seconds to import."""
        # With what recording imports: the first recording would lose frames to it.
        import handtrack.sessions.recorder  # noqa: F401
        from handtrack.tracking.tracker import HandTracker

        settings = self._settings
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
        if not (self._phase.active or self._closings or self._camera_search or self._recorder):
            self._timer.stop()

    def _look(self) -> None:
        pipeline = self._pipeline
        if pipeline is not None and self._phase is not Phase.STOPPING:
            self._follow(pipeline)

    def _show_newest(self, pipeline: Pipeline) -> None:
        result = pipeline.results.take()
        if result is not None:
            self._call.note_taken()
            if result.hands:
                self._estimator_meter.took(result.timings.get("estimate", 0.0), time.monotonic())
            self.result_ready.emit(result)

    def _follow(self, pipeline: Pipeline) -> None:
        # The state is read before the slot, so that the last result is drawn before the end is told.
        state = pipeline.state
        info = pipeline.source_info
        if info is not None and not self._source_announced:
            self._source_announced = True
            self.source_opened.emit(info)
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

    def _end(self, pipeline: Pipeline, phase: Phase) -> None:
        """The pipeline came to an end by itself."""
        self._set_phase(phase)
        if phase is Phase.FAILED:
            self.failed.emit(str(pipeline.error or "The source failed; choose another one."))
        self._report_progress(time.monotonic())
        self._close(pipeline, self._take_recorder())

    def _close(self, pipeline: Pipeline | None, recorder: LiveRecorder | None) -> None:
        self._closings.append(Closing(pipeline, recorder))
        self._timer.start()

    def _take_recorder(self) -> LiveRecorder | None:
        recorder, self._recorder = self._recorder, None
        return recorder

    def _report_closed(self, closing: Closing) -> None:
        recorder = closing.recorder
        if recorder is not None:
            if recorder.error is not None:
                self.failed.emit(str(recorder.error))
            self.recording_changed.emit(self._progress(recorder, active=False))
        if closing.pipeline is not None and closing.pipeline is self._pipeline:
            if self._phase is Phase.STOPPING:
                self._set_phase(Phase.STOPPED)
            self._pipeline = None
        if self._next_spec is not None and not self._closings:
            spec, self._next_spec = self._next_spec, None
            self._begin(spec)

    def _report_progress(self, now: float) -> None:
        if self._pipeline is not None:
            losses = self._pipeline.losses()
            if losses != self._losses:
                self._losses = losses
                self.losses_changed.emit(losses)
            stats, drawing = self._pipeline.stats(), self._meter.rates(now)
            share = stats.detector_runs / stats.tracked if stats.tracked else None
            self.rates_changed.emit(
                Rates(
                    stats.capture_fps,
                    stats.tracking_fps,
                    drawing.fps,
                    drawing.latency_median,
                    drawing.latency_p95,
                    stats.dropped,
                    share,
                    self._estimator_meter.median(now),
                )
            )
        self._report_recording()

    def _report_recording(self) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        if recorder.error is not None:
            self.stop_recording()
        else:
            self.recording_changed.emit(self._progress(recorder, active=True))

    def _progress(self, recorder: LiveRecorder, active: bool) -> RecordingProgress:
        info = None if self._pipeline is None else self._pipeline.source_info
        return RecordingProgress(
            active,
            recorder.folder,
            recorder.seconds,
            recorder.frames_written,
            total=None if info is None else info.frame_count,
            losses=recorder.losses,
            failed=not active and not recorder.saved and (recorder.running or recorder.error is not None),
        )

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self.phase_changed.emit(phase)
