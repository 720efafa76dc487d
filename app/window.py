# SPDX-License-Identifier: GPL-3.0-or-later
"""The main window: views in their docks, actions and shortcuts; no logic of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QKeySequence, QShowEvent
from PyQt6.QtWidgets import QDockWidget, QFileDialog, QMainWindow, QMenu, QWidget

from app import theme
from app.bridge import Bridge
from app.help import show_about, show_shortcuts
from app.values import Phase, RecordingProgress
from app.views.controls import ControlsView
from app.views.iterations import IterationsView
from app.views.skeleton import SkeletonView
from app.views.status import StatusView
from app.views.uncertainty import UncertaintyView
from app.views.video import VideoView
from handtrack.config import Settings
from handtrack.hand import FrameResult
from handtrack.sources.base import SourceInfo

THRESHOLD_STEP = 0.05
_VIDEO_FILES = "Videos (*.mp4 *.mkv *.mov *.avi *.webm *.m4v *.mpg *.mpeg *.ogv *.wmv);;All files (*)"
_PHASE_WORDS = {
    Phase.IDLE: ("No source", "Choose a camera at the right, or open a file."),
    Phase.OPENING: ("Opening the source…", ""),
    Phase.LOADING: (
        "Loading the tracker…",
        "A few seconds; the very first time, the hand model is fetched too.",
    ),
    Phase.STOPPED: ("Stopped", "Press Space to start again."),
    Phase.ENDED: ("The end of the source", "Press Space to play it again."),
    Phase.FAILED: ("No source", "Choose another one at the right, or press Space to try again."),
}


class MainWindow(QMainWindow):
    """Everything that is seen, wired to a bridge."""

    closed = pyqtSignal()

    def __init__(self, bridge: Bridge, settings: Settings) -> None:
        super().__init__()
        self.setWindowTitle("handtrack")
        self.setWindowIcon(theme.icon("hand"))
        self.bridge = bridge
        seconds = settings.window.history_seconds
        self.video = VideoView()
        self.skeleton = SkeletonView()
        self.iterations = IterationsView(seconds)
        self.uncertainty = UncertaintyView(seconds)
        self.controls = ControlsView(settings)
        self.status = StatusView()
        self._docks: dict[str, QDockWidget] = {}
        self._lay_out()
        self._make_menus()
        self._connect_bridge()
        self._connect_controls()
        self._set_mirrored(settings.window.mirror)
        self._show_phase(Phase.IDLE)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Give the docks their shares of the window the first time it is shown."""
        super().showEvent(event)
        if not self._docks["skeleton"].property("sized"):
            self._docks["skeleton"].setProperty("sized", True)
            self._size_docks()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Vanish at once, then end everything in order."""
        self.hide()
        self.bridge.shut_down()
        self.skeleton.release()
        super().closeEvent(event)
        self.closed.emit()

    def reset_layout(self) -> None:
        """Put every dock where it was at first, at its first size."""
        self._place_docks()
        self._size_docks()

    def _place_docks(self) -> None:
        right, bottom = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        for name, area in (
            ("skeleton", right),
            ("controls", right),
            ("iterations", bottom),
            ("uncertainty", bottom),
        ):
            dock = self._docks[name]
            dock.setFloating(False)
            self.addDockWidget(area, dock)
            dock.show()
        self.splitDockWidget(self._docks["skeleton"], self._docks["controls"], Qt.Orientation.Vertical)
        self.splitDockWidget(self._docks["iterations"], self._docks["uncertainty"], Qt.Orientation.Horizontal)

    def _size_docks(self) -> None:
        column = min(max(round(self.width() * 0.28), 290), 460)
        row = min(max(round(self.height() * 0.34), 200), 380)
        controls = self._docks["controls"].sizeHint().height()
        space = self.height() - 60
        self.resizeDocks([self._docks["skeleton"]], [column], Qt.Orientation.Horizontal)
        self.resizeDocks([self._docks["iterations"]], [row], Qt.Orientation.Vertical)
        self.resizeDocks(
            [self._docks["skeleton"], self._docks["controls"]],
            [max(space - controls, 200), controls],
            Qt.Orientation.Vertical,
        )
        self.resizeDocks(
            [self._docks["iterations"], self._docks["uncertainty"]], [9, 11], Qt.Orientation.Horizontal
        )

    def _lay_out(self) -> None:
        self.setCentralWidget(self.video)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowNestedDocks)
        for name, title, view in (
            ("skeleton", "HANDS IN SPACE", self.skeleton),
            ("controls", "CONTROLS", self.controls),
            ("iterations", "REFINEMENT LOOPS PER FRAME", self.iterations),
            ("uncertainty", "UNCERTAINTY OF EACH JOINT", self.uncertainty),
        ):
            self._docks[name] = self._dock(name, title, view)
        # Before the window is shown: docks in one tall column would make it taller than asked.
        self._place_docks()
        bar = self.statusBar()
        if bar is not None:
            bar.setSizeGripEnabled(False)
            bar.addPermanentWidget(self.status, 1)

    def _dock(self, name: str, title: str, view: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        view.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        dock.setWidget(view)
        feature = QDockWidget.DockWidgetFeature
        dock.setFeatures(feature.DockWidgetMovable | feature.DockWidgetFloatable | feature.DockWidgetClosable)
        return dock

    def _make_menus(self) -> None:
        source = self._menu("&Source")
        self._add_action(source, "Open video file…", "Ctrl+O", self._open_file)
        self._add_action(source, "Open folder of images…", "Ctrl+Shift+O", self._open_folder)
        self._add_action(source, "Look for cameras", "F5", self.bridge.find_cameras)
        source.addSeparator()
        self._add_action(source, "Start or stop", "Space", self._start_or_stop)
        self._add_action(source, "Record", "R", self.controls.record.click)
        source.addSeparator()
        self._add_action(source, "Quit", QKeySequence.StandardKey.Quit, self.close)
        tracking = self._menu("&Tracking")
        self._add_action(tracking, "Raise gate threshold", "Right", lambda: self._step(THRESHOLD_STEP))
        self._add_action(tracking, "Lower gate threshold", "Left", lambda: self._step(-THRESHOLD_STEP))
        for count in self.controls.hand_counts():
            self._add_action(
                tracking,
                f"At most {count} hand{'s' if count > 1 else ''}",
                str(count),
                self.controls.hands_button(count).click,
            )
        self._add_action(tracking, "Smoothing", "S", self.controls.smoothing.toggle)
        view = self._menu("&View")
        self._add_action(view, "Mirror", "M", self.controls.mirror.toggle)
        self._add_action(view, "Reset 3D view", "0", self.skeleton.reset_view)
        self._add_action(view, "Full screen", "F11", self._toggle_full_screen)
        view.addSeparator()
        for dock in self._docks.values():
            toggle = dock.toggleViewAction()
            if toggle is not None:
                toggle.setText((toggle.text() or "").capitalize())
                view.addAction(toggle)
        self._add_action(view, "Reset layout", None, self.reset_layout)
        assist = self._menu("&Help")
        self._add_action(assist, "Keyboard shortcuts", "F1", lambda: show_shortcuts(self, self.actions()))
        self._add_action(assist, "About handtrack", None, lambda: show_about(self))

    def _menu(self, title: str) -> QMenu:
        bar = self.menuBar()
        assert bar is not None
        menu = bar.addMenu(title)
        assert menu is not None
        return menu

    def _add_action(
        self,
        menu: QMenu,
        text: str,
        keys: str | QKeySequence.StandardKey | None,
        work: Callable[[], object],
    ) -> None:
        action = QAction(text, self)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: work())
        menu.addAction(action)
        self.addAction(action)

    def _connect_bridge(self) -> None:
        self.bridge.result_ready.connect(self._show_result)
        self.bridge.phase_changed.connect(self._show_phase)
        self.bridge.source_opened.connect(self._show_source)
        self.bridge.failed.connect(self.show_error)
        self.bridge.rates_changed.connect(self.status.show_rates)
        self.bridge.recording_changed.connect(self._show_recording)
        self.bridge.cameras_found.connect(self._show_cameras)
        self.video.drawn.connect(self.bridge.note_drawn)

    def _connect_controls(self) -> None:
        controls = self.controls
        controls.source_chosen.connect(self.open_source)
        controls.open_file_asked.connect(self._open_file)
        controls.open_folder_asked.connect(self._open_folder)
        controls.start_stop_asked.connect(self._start_or_stop)
        controls.threshold_changed.connect(lambda value: self.bridge.configure(gate_threshold=value))
        controls.max_hands_changed.connect(lambda count: self.bridge.configure(max_hands=count))
        controls.smoothing_changed.connect(lambda on: self.bridge.configure(smoothing=on))
        controls.mirror_changed.connect(self._set_mirrored)
        controls.record_toggled.connect(self._record)

    def open_source(self, spec: str | int | Path) -> None:
        """Track a source, and show it as the chosen one."""
        self.video.banner.hide()
        self.controls.show_source(source_label(spec), spec)
        self.bridge.open(spec)

    def show_error(self, sentence: str) -> None:
        """Show one sentence over the picture."""
        self.video.banner.show_sentence(sentence)

    def _show_result(self, result: FrameResult) -> None:
        self.video.show_result(result)
        self.skeleton.show_result(result)
        self.iterations.show_result(result)
        self.uncertainty.show_result(result)
        self.controls.show_mean_loops(self.iterations.mean_loops())

    def _show_phase(self, phase: Phase) -> None:
        active = phase.active
        self.controls.show_active(active)
        self.controls.set_can_start(phase is not Phase.IDLE and phase is not Phase.STOPPING)
        self.controls.set_can_record(phase is Phase.RUNNING)
        if phase is Phase.OPENING:
            self._clear()
        if phase in (Phase.STOPPED, Phase.ENDED, Phase.FAILED):
            self.iterations.redraw()
            self.uncertainty.redraw()
        if phase is Phase.FAILED:
            self.skeleton.clear()
        words = _PHASE_WORDS.get(phase)
        if words is not None:
            ended = phase in (Phase.STOPPED, Phase.ENDED)
            self.video.show_message(*words, keep_picture=ended)

    def _clear(self) -> None:
        self.skeleton.clear()
        self.iterations.forget()
        self.uncertainty.forget()
        self.status.clear()

    def _show_source(self, info: SourceInfo) -> None:
        rate = f" · {info.fps:.4g} fps" if info.fps else ""
        self.status.show_source(f"{info.name} · {info.width} × {info.height}{rate}")
        self.status.setToolTip(info.detail)

    def _show_recording(self, progress: RecordingProgress) -> None:
        line = self.controls.recording
        self.controls.show_recording(progress.active)
        if progress.active:
            line.show_progress(progress.seconds, progress.frames, progress.dropped)
        else:
            line.show_saved(progress.folder, progress.seconds, progress.frames, progress.dropped)

    def _show_cameras(self, cameras: list) -> None:
        specs = [(str(camera), f"camera:{camera.stable_id}") for camera in cameras]
        in_use: object = self.bridge.source_spec
        for camera, (_, spec) in zip(cameras, specs, strict=True):
            if str(in_use) == str(camera.index):
                in_use = spec
        self.controls.set_cameras(specs, in_use)

    def _record(self, wanted: bool) -> None:
        if wanted:
            self.controls.show_recording(self.bridge.start_recording())
        else:
            self.bridge.stop_recording()
            self.controls.show_recording(False)

    def _start_or_stop(self) -> None:
        if self.bridge.phase.active:
            self.bridge.stop()
        else:
            self.video.banner.hide()
            self.bridge.start()

    def _step(self, change: float) -> None:
        self.controls.step_threshold(change)

    def _set_mirrored(self, mirrored: bool) -> None:
        self.video.set_mirrored(mirrored)
        self.skeleton.set_mirrored(mirrored)

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _open_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a video", "", _VIDEO_FILES)
        if path:
            self.open_source(path)

    def _open_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Open a folder of images")
        if path:
            self.open_source(path)


def source_label(spec: str | int | Path) -> str:
    """How a source is called in the list: a camera by its number or name, a file by its name."""
    text = str(spec)
    if text.isdecimal():
        return f"Camera {text}"
    if text.startswith("camera:"):
        return text.removeprefix("camera:")
    return Path(text).name or text
