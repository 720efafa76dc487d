# SPDX-License-Identifier: GPL-3.0-or-later
"""The main window: the views, wired to the bridge. It knows none of its menus; see `assembly`."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QCloseEvent, QShowEvent
from PyQt6.QtWidgets import QApplication

from app import theme
from app.bridge import Bridge
from app.calibration_keeper import CalibrationKeeper
from app.choosing import Choosing
from app.comparing import Comparing
from app.dropping import DropTarget
from app.model.preferences import with_values
from app.model.recent import RecentSources
from app.model.source_state import source_label
from app.placed_views import PlacedViews
from app.preferences import Preferences
from app.recent_keeper import RecentKeeper
from app.result_display import ResultDisplay
from app.source_display import SourceDisplay
from handtrack.config import Settings
from handtrack.model.operating_table import OperatingTable


class MainWindow(PlacedViews):
    """Everything that is seen, wired to a bridge."""

    closed = pyqtSignal()

    def __init__(
        self,
        bridge: Bridge,
        settings: Settings,
        recent: RecentSources | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        """recent, preferences: what is remembered; None remembers nothing beyond this window."""
        super().__init__(settings, bridge.player.seek)
        self.bridge = bridge
        self._shown_before = False
        self.preferences = preferences or Preferences()
        self.recent = RecentKeeper(recent or RecentSources(), self)
        self.calibration = CalibrationKeeper(self.preferences, self)
        bridge.calibrated = self.calibration.applied
        self.choosing = Choosing(bridge, self)
        self.results = ResultDisplay(self, bridge, settings.window.refresh_hz)
        self._source_display = SourceDisplay(self, bridge, self.results, self.calibration)
        self.comparing = Comparing(self)
        self._connect_bridge()
        self._connect_controls()
        self._connect_start_page()
        self._source_display.show_state(bridge.state)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Give the docks their shares of the window the first time it is shown."""
        super().showEvent(event)
        if not self._shown_before:
            self._shown_before = True
            if self.preferences.restore_layout(self):
                self.layout_of_docks.restored()
            else:
                self.layout_of_docks.fit()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Vanish at once, then end everything in order."""
        self.preferences.keep_layout(self)
        self.hide()
        self.bridge.shut_down()
        self.results.end()
        self.comparing.close()
        self.skeleton.release()
        self.steps.release()
        super().closeEvent(event)
        self.closed.emit()

    def _connect_bridge(self) -> None:
        self.bridge.result_ready.connect(self.results.show)
        self.bridge.failed.connect(self.show_error)
        self.bridge.operating_table_known.connect(self._show_operating_table)
        self.bridge.cameras.found.connect(self.calibration.know_cameras)
        self.video.drawn.connect(self.bridge.note_drawn)
        self.bridge.result_ready.connect(self.comparing.note)
        self.comparing.compared.connect(self.video.show_compared)
        self.comparing.failed.connect(self.show_error)

    def _connect_controls(self) -> None:
        controls = self.controls
        controls.source_chosen.connect(self.open_source)
        controls.open_file_asked.connect(self.choosing.file)
        controls.open_folder_asked.connect(self.choosing.folder)
        controls.rendered_hand_asked.connect(self.choosing.rendered_hand)
        controls.demo_clip_asked.connect(self.choosing.demo_clip)
        controls.start_stop_asked.connect(self.start_or_stop)
        controls.threshold_changed.connect(lambda value: self.bridge.configure(gate_threshold=value))
        controls.max_hands_changed.connect(lambda count: self.bridge.configure(max_hands=count))
        controls.max_hands_changed.connect(lambda _: self._compare_anew())
        controls.smoothing_changed.connect(lambda on: self.bridge.configure(smoothing=on))
        controls.mirror_changed.connect(lambda on: self.preferences.change({"window.mirror": on}))
        controls.max_hands_changed.connect(lambda count: self.preferences.note("tracker.max_hands", count))
        controls.smoothing_changed.connect(lambda on: self.preferences.note("tracker.smoothing", on))
        self.preferences.changed.connect(self._use_preferences)
        controls.record_toggled.connect(self._record)
        controls.track_again_asked.connect(self.choosing.track_again)
        controls.pause_recording_asked.connect(self.bridge.recordings.pause_or_resume)
        controls.open_session_asked.connect(self.choosing.session)
        self.choosing.chosen.connect(self.open_source)
        self.choosing.weights_chosen.connect(self.steps.use_weights)
        player = self.bridge.player
        self.transport.play_asked.connect(player.play_or_pause)
        self.transport.step_asked.connect(player.step)
        self.transport.moment_asked.connect(player.seek)
        self.transport.speed_asked.connect(player.set_speed)
        self.transport.loop_asked.connect(player.set_loop)

    def _connect_start_page(self) -> None:
        page = self.start_page
        page.source_chosen.connect(self.open_source)
        page.open_file_asked.connect(self.choosing.file)
        page.open_folder_asked.connect(self.choosing.folder)
        page.open_session_asked.connect(self.choosing.session)
        page.cameras_asked.connect(self.bridge.cameras.find)
        self.bridge.cameras.found.connect(page.show_cameras)
        self.bridge.source_opened.connect(self._remember_source)
        self.bridge.result_ready.connect(self.recent.note)
        self.recent.changed.connect(page.show_recent)
        self.recent.tell()
        DropTarget(self).dropped.connect(self.open_source)

    def _remember_source(self) -> None:
        if self.bridge.settings.window.remember_recent:
            self.recent.opened(self.bridge.source_spec)

    def _use_preferences(self, values: dict[str, object]) -> None:
        settings = with_values(self.bridge.settings, values)
        self.bridge.use_settings(settings)
        self.controls.show_settings(settings)
        self._source_display.show_mirrored()
        application = QApplication.instance()
        if "window.theme" in values and isinstance(application, QApplication):
            theme.apply_theme(application, settings.window.theme)
        if not settings.window.remember_recent:
            self.recent.forget()

    def _show_operating_table(self, table: OperatingTable | None) -> None:
        self.controls.gate.show_operating_table(table)
        self.plots.what_if.show_operating_table(table)

    def open_source(self, spec: str | int | Path) -> None:
        """Track a source, and show it as the chosen one."""
        self.video.banner.hide()
        self.controls.source.show_source(source_label(spec), spec)
        self.bridge.open(spec)

    def _record(self, wanted: bool) -> None:
        if wanted:
            self.controls.show_recording(self.bridge.start_recording())
        else:
            self.bridge.stop_recording()
            self.controls.show_recording(False)

    def play_or_pause(self) -> None:
        """Play what is open, or stay at its present frame; where nothing is open, open the last source."""
        if self.bridge.player.deck is not None:
            self.bridge.player.play_or_pause()
        elif not self.bridge.phase.active:
            self.start_or_stop()

    def mark(self) -> None:
        """Mark the present moment, in the recording too, if one runs."""
        state = self.bridge.player.state
        if state is not None and state.kind != "stills":
            self.timeline.mark(state.position)
            self.transport.show_sureness()
        self.bridge.recordings.mark()

    def start_or_stop(self) -> None:
        """Stop what runs, or start the source chosen last."""
        if self.bridge.phase.active:
            self.bridge.stop()
        else:
            self.video.banner.hide()
            self.bridge.start()

    def compare(self, on: bool) -> None:
        """Show what MediaPipe finds in the same frames, or no more."""
        self.comparing.switch(on, self.bridge.settings.tracker.max_hands)
        if self.video.result is not None:
            self.comparing.note(self.video.result)

    def _compare_anew(self) -> None:
        if self.comparing.on:  # MediaPipe's number of hands is fixed when it is made
            self.compare(False)
            self.compare(True)
