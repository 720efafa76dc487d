# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where the pipeline's threads meet the window: its parts, and what they tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.cameras import Cameras
from app.model.source_state import SourceState
from app.opening import SourceSpec
from app.player import Player
from app.rates import RateMeters
from app.recording_control import RecordingControl
from app.recordings import Recordings
from app.sources import Sources
from app.values import Phase
from handtrack.config import Settings
from handtrack.hand import FrameResult
from handtrack.pipeline import Pipeline

if TYPE_CHECKING:
    from handtrack.sessions import Session
    from handtrack.streaming import Streams

_SLOW_INTERVAL = 0.25
"""Seconds between updates of rates and of the recording's progress: faster cannot be read."""


class Bridge(QObject):
    """What the window asks of sources, and what comes of it.

    `sources` opens them and follows their pipelines, `player` leads the one that is open through its time,
    `recordings` record it, and `cameras` looks for cameras. Everything here runs in the window's thread.
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
    streams_changed = pyqtSignal(object)
    """tuple of OutletReport: how each stream and processor does."""
    operating_table_known = pyqtSignal(object)
    """OperatingTable of the weights in use, or None where they have none."""

    def __init__(
        self, settings: Settings, parent: QObject | None = None, streams: Streams | None = None
    ) -> None:
        """streams: what all results go out to; closed at the end."""
        super().__init__(parent)
        self._streams = streams
        self._settings = settings
        self.calibrated: Callable[[SourceSpec, Settings], Settings] = lambda _, settings: settings
        self._losses: tuple[str, ...] = ()
        self._meters = RateMeters()
        self.cameras = Cameras(self)
        self.player = Player(self)
        self.player.shown.connect(self.result_ready)
        self.recordings = Recordings(self)
        self.recordings.changed.connect(self.recording_changed)
        self.recordings.failed.connect(self.failed)
        self.sources = Sources(
            lambda spec: self.calibrated(spec, self._settings),
            self.player,
            self.recordings,
            settings.window.refresh_hz,
            self,
            streams,
        )
        self.sources.begun.connect(self._begin_anew)
        self.sources.result_taken.connect(self._receive)
        self.sources.phase_changed.connect(self.phase_changed)
        self.sources.state_changed.connect(self.state_changed)
        self.sources.opened.connect(self.source_opened)
        self.sources.failed.connect(self.failed)
        self.sources.ended.connect(self._report_progress)
        self.sources.operating_table_known.connect(self.operating_table_known)
        self._recording = RecordingControl(
            self.sources, self.player, self.recordings, lambda: self.settings_in_force, self
        )
        self._recording.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * _SLOW_INTERVAL))
        self._timer.timeout.connect(self._report_progress)
        if streams is not None:
            self._timer.start()  # clients come and go without a source too

    @property
    def phase(self) -> Phase:
        """What is being done now."""
        return self.sources.phase

    @property
    def pipeline(self) -> Pipeline | None:
        """The pipeline that runs, or ran last."""
        return self.sources.pipeline

    @property
    def recording(self) -> bool:
        """Whether frames are being recorded, or will be once a file is played from its start."""
        return self.recordings.wanted

    @property
    def closing(self) -> bool:
        """Whether a source or a recording before is still being ended."""
        return self.sources.closing

    @property
    def handed_over(self) -> float:
        """When the tracking thread finished the result that was taken last, monotonic seconds."""
        return self.sources.handed_over

    @property
    def source_spec(self) -> SourceSpec | None:
        """The source chosen last."""
        return self.sources.spec

    @property
    def session(self) -> Session | None:
        """The session that is open, whether its hands are shown or tracked again; None of other sources."""
        return self.sources.session

    @property
    def state(self) -> SourceState:
        """What is open, and what is done with it."""
        return self.sources.state

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
        self.sources.open(spec, track_again)

    def start(self) -> None:
        """Open the source chosen last again."""
        self.sources.start()

    def stop(self) -> None:
        """Release the source, and close a recording; the phase changes to STOPPED when that is done."""
        self.sources.stop()

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
        if self.pipeline is not None:
            self.pipeline.configure(gate_threshold=gate_threshold, max_hands=max_hands, smoothing=smoothing)
        self.player.again()

    def use_settings(self, settings: Settings) -> None:
        """Take other settings: at once for hands and smoothing, and for what is opened from now on.

        A camera that is open is opened again if another mode is asked of it, unless it is being recorded.
        """
        before, self._settings = self._settings, settings
        self.configure(max_hands=settings.tracker.max_hands, smoothing=settings.tracker.smoothing)
        info = None if self.pipeline is None else self.pipeline.source_info
        live = info is not None and info.live and self.phase.active and not self.recording
        if live and settings.camera != before.camera:
            self.start()

    def set_mirrored(self, mirrored: bool) -> None:
        """Say whether sources show the world as a mirror does; the one that is open is opened again."""
        source = self._settings.source.model_copy(update={"mirrored": mirrored})
        self._settings = self._settings.model_copy(update={"source": source})
        if self.phase.active and self.phase is not Phase.STOPPING:
            self.start()

    def start_recording(self) -> bool:
        """Record; False, and `failed` with a sentence, where that cannot be; see `RecordingControl.start`."""
        return self._recording.start()

    def stop_recording(self) -> None:
        """End the recording; tracking goes on."""
        self._recording.stop()

    def note_drawn(self, captured: float, drawn: float) -> None:
        """Note when a frame captured then was drawn, both in seconds of the monotonic clock."""
        lag = self.player.lag
        if lag is not None:
            self._meters.drawn(captured + lag, drawn)

    def shut_down(self) -> None:
        """End everything, waiting a little for the source and longer for a recording; nothing opens again."""
        self._timer.stop()
        self.sources.shut_down()
        self.cameras.shut_down()
        if self._streams is not None:
            self._streams.close()

    def _begin_anew(self) -> None:
        self._meters.clear()
        self._losses = ()
        self._timer.start()

    def _receive(self, result: FrameResult) -> None:
        self._meters.took(result, time.monotonic())
        self.player.receive(result)

    def _report_progress(self) -> None:
        pipeline = self.pipeline
        if pipeline is not None:
            losses = pipeline.losses()
            if losses != self._losses:
                self._losses = losses
                self.losses_changed.emit(losses)
            self.rates_changed.emit(self._meters.rates(pipeline.stats(), time.monotonic()))
        self._recording.watch()
        self.player.tell()
        if self._streams is not None:
            self.streams_changed.emit(self._streams.reports())
        elif not (self.phase.active or self.closing or self.recordings.running):
            self._timer.stop()
