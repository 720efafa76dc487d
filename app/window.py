# SPDX-License-Identifier: GPL-3.0-or-later
"""The main window: the views, wired to the bridge; no logic of its own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShowEvent
from PyQt6.QtWidgets import QApplication, QFileDialog, QMainWindow, QVBoxLayout, QWidget

from app import theme
from app.bridge import Bridge
from app.calibration import CalibrationKeeper
from app.comparing import Comparing
from app.dropping import DropTarget
from app.layout import DockLayout
from app.load_shedding import LoadShedding
from app.menus import make_menus
from app.model.deck import DeckState
from app.model.preferences import with_values
from app.model.recent import RecentSources
from app.model.recorded_columns import RecordedColumns
from app.model.source_state import SourceState, source_label
from app.model.timeline import Timeline
from app.preferences import Preferences
from app.recent_keeper import RecentKeeper
from app.true_error import references
from app.values import Phase, Rates, RecordingProgress
from app.views.controls import ControlsView
from app.views.iterations import IterationsView
from app.views.log import LogView
from app.views.measures import MeasuresView
from app.views.skeleton import SkeletonView
from app.views.start_page import StartPage
from app.views.status import StatusView
from app.views.steps import StepsView
from app.views.transport_bar import TransportBar
from app.views.true_error import TrueErrorView
from app.views.uncertainty import UncertaintyView
from app.views.video import VideoView
from app.views.what_if import WhatIfView
from app.words import translate
from handtrack.config import Settings
from handtrack.hand import FrameResult
from handtrack.sessions.folder import sessions_home
from handtrack.sources.base import SourceInfo
from handtrack.sources.own_names import DEMO_CLIP, RENDERED

if TYPE_CHECKING:
    from handtrack.sources.camera_list import CameraDescription

_VIDEOS = ("mp4", "mkv", "mov", "avi", "webm", "m4v", "mpg", "mpeg", "ogv", "wmv")
_PICTURES = ("jpg", "jpeg", "png", "tif", "tiff", "webp", "avif", "heic", "heif", "jp2", "gif", "bmp")
_FILES = " ".join(f"*.{name}" for name in _VIDEOS + _PICTURES)
_ARROWS = ("Right", "Left")
"""The keys that raise and lower the threshold, where they do not leaf through stills."""


class MainWindow(QMainWindow):
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
        super().__init__()
        self.setWindowTitle("handtrack")
        self.setWindowIcon(theme.icon("hand"))
        self.bridge = bridge
        self._shown_before = False
        self.preferences = preferences or Preferences()
        self.calibration = CalibrationKeeper(self.preferences, self)
        bridge.calibrated = self.calibration.applied
        self._state = bridge.state
        self._is_first_result = True
        self._truth_shown = True
        self.shedding = LoadShedding()
        self._refresh_hz = settings.window.refresh_hz
        self._not_in_space: FrameResult | None = None
        seconds = settings.window.history_seconds
        self.comparing = Comparing(self)
        self.video = VideoView()
        self.skeleton = SkeletonView()
        self.iterations = IterationsView(seconds)
        self.uncertainty = UncertaintyView(seconds)
        self.true_error = TrueErrorView(seconds)
        self.steps = StepsView(settings.tracker.weights)
        self.what_if = WhatIfView(seconds)
        self.measures = MeasuresView(seconds)
        self.running_plots = (
            self.iterations,
            self.uncertainty,
            self.true_error,
            self.what_if,
            self.measures,
        )
        self.controls = ControlsView(settings)
        self.status = StatusView()
        self.log = LogView()
        self.timeline = Timeline()
        self.transport = TransportBar(self.timeline)
        self.start_page = StartPage(self.video)
        self.recent = RecentKeeper(recent or RecentSources(), self)
        self.setCentralWidget(self._middle())
        self.layout_of_docks = DockLayout(
            self,
            {
                "skeleton": self.skeleton,
                "controls": self.controls,
                "iterations": self.iterations,
                "uncertainty": self.uncertainty,
                "true_error": self.true_error,
                "log": self.log,
                "steps": self.steps,
                "what_if": self.what_if,
                "measures": self.measures,
            },
        )
        self._add_status_line()
        self.threshold_actions, self.still_actions = make_menus(self)
        self._connect_bridge()
        self._connect_controls()
        self._connect_start_page()
        self._show_mirrored()
        self._show_state(bridge.state)

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
        self.comparing.close()
        self.skeleton.release()
        self.steps.release()
        super().closeEvent(event)
        self.closed.emit()

    def _middle(self) -> QWidget:
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.video, 1)
        layout.addWidget(self.transport)
        return middle

    def _add_status_line(self) -> None:
        bar = self.statusBar()
        assert bar is not None
        bar.setSizeGripEnabled(False)
        bar.addPermanentWidget(self.status, 1)

    def _connect_bridge(self) -> None:
        self.bridge.result_ready.connect(self._show_result)
        self.bridge.phase_changed.connect(self._begin_anew)
        self.bridge.state_changed.connect(self._show_state)
        self.bridge.source_opened.connect(self._show_source)
        self.bridge.failed.connect(self.show_error)
        self.bridge.losses_changed.connect(self._show_losses)
        self.bridge.rates_changed.connect(self._show_rates)
        self.bridge.recording_changed.connect(self._show_recording)
        self.bridge.operating_table_known.connect(self.controls.gate.show_operating_table)
        self.bridge.operating_table_known.connect(self.what_if.show_operating_table)
        self.bridge.cameras_found.connect(self._show_cameras)
        self.bridge.cameras_found.connect(self.calibration.know_cameras)
        self.bridge.player.changed.connect(self._show_deck)
        self.video.drawn.connect(self.bridge.note_drawn)
        self.bridge.result_ready.connect(self.comparing.note)
        self.comparing.compared.connect(self.video.show_compared)
        self.comparing.failed.connect(self.show_error)

    def _connect_controls(self) -> None:
        controls = self.controls
        controls.source_chosen.connect(self.open_source)
        controls.open_file_asked.connect(self.choose_file)
        controls.open_folder_asked.connect(self.choose_folder)
        controls.rendered_hand_asked.connect(self.open_rendered_hand)
        controls.demo_clip_asked.connect(self.open_demo_clip)
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
        controls.track_again_asked.connect(self.track_again)
        controls.pause_recording_asked.connect(self.bridge.recordings.pause_or_resume)
        controls.open_session_asked.connect(self.choose_session)
        player = self.bridge.player
        self.transport.play_asked.connect(player.play_or_pause)
        self.transport.step_asked.connect(player.step)
        self.transport.moment_asked.connect(player.seek)
        self.transport.speed_asked.connect(player.set_speed)
        self.transport.loop_asked.connect(player.set_loop)
        for view in (self.iterations, self.uncertainty.map, self.true_error.plots, self.measures.plot):
            view.moment_asked.connect(player.seek)

    def _connect_start_page(self) -> None:
        page = self.start_page
        page.source_chosen.connect(self.open_source)
        page.open_file_asked.connect(self.choose_file)
        page.open_folder_asked.connect(self.choose_folder)
        page.open_session_asked.connect(self.choose_session)
        page.cameras_asked.connect(self.bridge.find_cameras)
        self.bridge.cameras_found.connect(page.show_cameras)
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
        self._show_mirrored()
        application = QApplication.instance()
        if "window.theme" in values and isinstance(application, QApplication):
            theme.apply_theme(application, settings.window.theme)
        if not settings.window.remember_recent:
            self.recent.forget()

    def open_source(self, spec: str | int | Path) -> None:
        """Track a source, and show it as the chosen one."""
        self.video.banner.hide()
        self.controls.source.show_source(source_label(spec), spec)
        self.bridge.open(spec)

    def show_error(self, sentence: str) -> None:
        """Show one sentence over the picture."""
        self.video.banner.show_error(sentence)

    def _show_losses(self, losses: tuple[str, ...]) -> None:
        if self.bridge.phase is not Phase.FAILED:  # what failed stands there already
            self.video.banner.show_notice("\n".join(losses))

    def _show_deck(self, state: DeckState | None) -> None:
        self.transport.show_state(state)
        self._show_leafing(state is not None and state.kind == "stills")
        self._show_whether_playing()

    def _show_whether_playing(self) -> None:
        playing = self.bridge.phase is Phase.RUNNING and not self.bridge.player.chosen_by_hand
        self.steps.set_playing(playing)

    def _show_rates(self, rates: Rates) -> None:
        if self._state.shows_rates:
            self.status.show_rates(rates)
        self.transport.show_sureness()
        self.controls.gate.show_estimator(rates.estimator_ms)
        self.controls.gate.show_milliseconds_of(self.what_if.model.times.expected)

    def _show_result(self, result: FrameResult) -> None:
        self.timeline.note(result)
        # Of what a person chose none is left out: no other one comes.
        chosen = self.bridge.player.chosen_by_hand
        if chosen or self.shedding.wants_picture():
            self.video.show_result(result)
            # At once, so that the picture does not wait for what stands beside it.
            self.video.repaint()
            now = time.monotonic()
            if self.shedding.drawn(now - self.bridge.handed_over, now):
                self._show_level()
        self._not_in_space = result
        if chosen or self.shedding.wants_space(time.monotonic()):
            self._show_in_space()
        self.iterations.show_result(result)
        self.uncertainty.show_result(result)
        self.steps.show_result(result)
        self.what_if.show_result(result)
        self.measures.show_result(result)
        self._show_true_error(result)
        self.controls.gate.show_mean_loops(self.iterations.mean_loops())

    def _show_leafing(self, leafing: bool) -> None:
        """Let the arrows leaf through stills instead of moving the threshold."""
        if self.still_actions[0].isEnabled() != leafing:
            for action in self.still_actions:
                action.setEnabled(leafing)
            for action in self.threshold_actions:
                keys = [key for key in action.shortcuts() if key.toString() not in _ARROWS]
                arrow = [] if leafing else [QKeySequence(_ARROWS[self.threshold_actions.index(action)])]
                action.setShortcuts([*arrow, *keys])

    def _show_in_space(self) -> None:
        if self._not_in_space is not None:
            self.skeleton.show_result(self._not_in_space)
            self._not_in_space = None

    def _show_level(self) -> None:
        """Draw as much as the machine has time for, and say so."""
        level = self.shedding.now
        for view in self.running_plots:
            view.set_redraw_rate(level.plots_hz)
        self.status.show_busy(translate("LoadShedding", level.words) if level.words else "")

    def _show_true_error(self, result: FrameResult) -> None:
        if self._is_first_result:
            self._is_first_result = False
            recorded = result.frame.truth is None and result.before is not None
            self.layout_of_docks.show_truth_known(references(result) is not None, recorded)
        if self.layout_of_docks.truth_known:
            self.true_error.show_result(result)

    def _begin_anew(self, phase: Phase) -> None:
        if phase is Phase.OPENING:
            self._clear()

    def _show_state(self, state: SourceState) -> None:
        self._state = state
        self._show_whether_playing()
        self.controls.show_state(state)
        self.status.show_source(state.words, state.detail)
        if not state.phase.active:
            for view in self.running_plots:
                view.redraw()
            self._show_in_space()
        if not state.shows_rates:
            self.status.clear()
        if state.phase is Phase.FAILED:
            self.skeleton.clear()
            self.steps.clear()
        self.start_page.setVisible(state.shows_start_page)
        if state.message is not None:
            self.video.show_message(state.message)
        self._show_mirrored()

    def _clear(self) -> None:
        self._is_first_result = True
        self._not_in_space = None
        self.timeline.clear()
        self.video.show_compared(None)
        self.skeleton.clear()
        self.steps.clear()
        for view in self.running_plots:
            view.forget()
        self.status.clear()

    def _show_source(self, info: SourceInfo) -> None:
        self._show_calibration()
        self.shedding.start(info.fps, self._refresh_hz)
        self._show_level()
        session = self.bridge.session
        if session is not None:
            self.timeline.note_session(session)
            if self.bridge.state.shows_recorded:
                recorded = RecordedColumns.of(session)
                self.iterations.show_recorded(recorded)
                self.uncertainty.show_recorded(recorded)
                self.what_if.show_recorded(session)
                self.measures.show_recorded(session)

    def _show_calibration(self) -> None:
        """Say what metres are worth."""
        recorded = self.bridge.state.shows_recorded
        words = self.calibration.words(self.bridge.source_spec, self.bridge.settings)
        self.skeleton.show_calibration("" if recorded else words)
        self.measures.show_calibration(self.tr("lengths as they were recorded") if recorded else words)

    def _show_recording(self, progress: RecordingProgress) -> None:
        self.controls.show_recording(progress.active)
        self.controls.pause_recording.setText(self.tr("Go on") if progress.paused else self.tr("Pause"))
        self.controls.recording.show_recording(progress)

    def _show_cameras(self, cameras: list[CameraDescription]) -> None:
        # By identity rather than by index, which may mean another camera after one was unplugged.
        self.controls.source.set_cameras(
            [(str(camera), f"camera:{camera.stable_id}", camera.index) for camera in cameras]
        )

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

    def go_to_edge(self, end: bool) -> None:
        """Go to the beginning of what is open, or to its end."""
        state = self.bridge.player.state
        if state is not None:
            self.bridge.player.seek(state.end if end else state.begin)

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

    def _show_mirrored(self) -> None:
        """Show cameras as in a mirror, where that is wished; all else is shown as it is."""
        mirrored = self._state.is_live and self.bridge.settings.window.mirror
        self.controls.set_can_mirror(self._state.is_live)
        self.video.set_mirrored(mirrored)
        self.skeleton.set_mirrored(mirrored)
        self.measures.set_mirrored(mirrored)

    def toggle_truth(self) -> None:
        """Show the true hands of sources that know them, or hide them; they are shown at first."""
        self._truth_shown = not self._truth_shown
        self.video.show_truth(self._truth_shown)
        self.skeleton.show_truth(self._truth_shown)

    def compare(self, on: bool) -> None:
        """Show what MediaPipe finds in the same frames, or no more."""
        self.comparing.switch(on, self.bridge.settings.tracker.max_hands)
        if self.video.result is not None:
            self.comparing.note(self.video.result)

    def _compare_anew(self) -> None:
        if self.comparing.on:  # MediaPipe's number of hands is fixed when it is made
            self.compare(False)
            self.compare(True)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop filling it."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def choose_file(self) -> None:
        """Let a person choose a video or picture file, and open it."""
        kinds = self.tr("Videos and pictures ({endings});;All files (*)").format(endings=_FILES)
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Open a video or a picture"), "", kinds)
        if path:
            self.open_source(path)

    def choose_session(self) -> None:
        """Let a person choose the folder of a recorded session, and open it."""
        home = sessions_home(self.bridge.settings.recording)
        path = QFileDialog.getExistingDirectory(self, self.tr("Open a recorded session"), str(home))
        if path:
            self.open_source(path)

    def track_again(self, again: bool) -> None:
        """Track the session that is open anew, beside what was recorded, or show what was recorded."""
        spec = self.bridge.source_spec
        if self.bridge.session is not None and spec is not None:
            self.bridge.open(spec, track_again=again)

    def track_again_with(self) -> None:
        """Let a person choose weights, and track the open session with them, beside what was recorded."""
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Track again with other weights"),
            "",
            self.tr("Weights (*.safetensors);;All files (*)"),
        )
        if path:
            settings = self.bridge.settings
            tracker = settings.tracker.model_copy(update={"weights": Path(path)})
            self.bridge.use_settings(settings.model_copy(update={"tracker": tracker}))
            self.steps.use_weights(Path(path))
            self.track_again(True)

    def choose_folder(self) -> None:
        """Let a person choose a folder of images, and open it."""
        path = QFileDialog.getExistingDirectory(self, self.tr("Open a folder of images"))
        if path:
            self.open_source(path)

    def open_rendered_hand(self) -> None:
        """Track a hand that is rendered meanwhile, and whose joints are known."""
        self.open_source(RENDERED)

    def open_demo_clip(self) -> None:
        """Track the rendered hand of the shipped clip."""
        self.open_source(DEMO_CLIP)
