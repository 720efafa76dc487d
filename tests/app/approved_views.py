"""Every view of the window with something to show that is always the same."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QMainWindow, QVBoxLayout, QWidget

from app.actions import add_action
from app.comparing import Compared
from app.help import show_shortcuts
from app.model.calibration import Calibration
from app.model.deck import DeckState
from app.model.measures import MeasuresHistory
from app.model.recent import RecentSource
from app.model.source_state import Message, SourceState
from app.model.timeline import Timeline
from app.values import Phase, Rates, RecordingProgress
from app.views.calibration import CalibrationDialog
from app.views.card import CardDialog
from app.views.chessboard import ChessboardDialog
from app.views.controls import ControlsView
from app.views.iterations import IterationsView
from app.views.log import LogView
from app.views.measures import MeasuresView
from app.views.measures_plot import MeasuresPlot
from app.views.preferences import PreferencesDialog
from app.views.skeleton import SkeletonView
from app.views.start_page import StartPage
from app.views.status import StatusView
from app.views.steps import StepsView
from app.views.transport_bar import TransportBar
from app.views.true_error import TrueErrorView
from app.views.uncertainty import UncertaintyView
from app.views.video import VideoView
from app.views.what_if import WhatIfView
from handtrack.config import load_settings
from handtrack.geometry import Intrinsics
from handtrack.hand import FrameResult, HandTruth, read_only
from handtrack.measures import MEASURES
from handtrack.model.operating_table import OperatingPoint, OperatingTable
from handtrack.sources.base import SourceInfo
from handtrack.sources.camera_list import CameraDescription
from tests.app.model.test_chessboard import SLANTS, photo
from tests.app.sample_results import moving_results, sample_hand, sample_result, truth_of

_SECONDS = 10.0
_SETTINGS = load_settings(overrides=["recording.folder=/recordings", "window.theme=dark"])
_TABLE = OperatingTable(
    0.5,
    (
        OperatingPoint(0.0, 1.0, 4.5, 7.1, 87.0),
        OperatingPoint(0.25, 1.4, 4.3, 6.9, 97.0, 7.0),
        OperatingPoint(0.5, 2.1, 4.1, 6.6, 115.0, 2.8),
        OperatingPoint(0.75, 3.0, 4.0, 6.5, 140.0, 1.1),
        OperatingPoint(1.0, 4.0, 4.0, 6.5, 160.0, 0.0),
    ),
)
_FILE = DeckState("file", True, 3.2, 0.0, 10.0, part=(2.0, 6.0), loop=True)
_STATE = SourceState(Phase.RUNNING, "clip.mp4", SourceInfo("clip.mp4", 640, 480, 30.0, 300, False, "a film"))
_RATES = Rates(30.0, 29.6, 29.4, 18.2, 31.0, 4, 0.0125, 9.8)


@functools.cache
def known_film() -> tuple[FrameResult, ...]:
    """Four seconds of two hands, and where they truly are."""
    picture = read_only(np.linspace(40, 150, 480).astype(np.uint8)[:, None, None].repeat(640, 1).repeat(3, 2))
    return tuple(_known(result) for result in moving_results(120, image=picture))


def _known(result: FrameResult) -> FrameResult:
    off = 6 * np.sin(result.frame.index / 20)
    truth: tuple[HandTruth, ...] = tuple(truth_of(hand, (off, -off), off / 1000) for hand in result.hands)
    return replace(result, frame=replace(result.frame, truth=truth), timings={"total": 9.6, "estimate": 5.0})


def _video() -> VideoView:
    view = VideoView()
    view.show_result(known_film()[40])
    return view


def _compared() -> VideoView:
    view = VideoView()
    result = replace(known_film()[90], frame=replace(known_film()[90].frame, truth=None))
    view.show_result(result)
    hands = tuple(read_only(hand.joints_2d + np.float32(7)) for hand in result.hands)
    view.show_compared(Compared(result.frame, hands, 14.23, 9.61, True))
    return view


def _message() -> VideoView:
    view = _video()
    view.show_message(Message("Stopped", "Press Space to start again.", keeps_picture=True))
    view.banner.show_error("clip.mp4 cannot be read; choose another file.")
    return view


def _skeleton() -> SkeletonView:
    view = SkeletonView()
    view.show_result(known_film()[40])
    return view


def _running(make: Callable[[], IterationsView | UncertaintyView | TrueErrorView]) -> QWidget:
    view = make()
    for result in known_film():
        view.show_result(result)
    return view


def _what_if() -> WhatIfView:
    view = WhatIfView(_SECONDS)
    view.show_operating_table(_TABLE)
    for result in known_film():
        view.show_result(result)
    return view


def _steps() -> StepsView:
    view = StepsView()
    view.as_tracked.setChecked(True)  # nothing is computed
    view.show_result(max(known_film(), key=lambda result: result.hands[0].iterations))
    return view


def _controls() -> ControlsView:
    view = ControlsView(_SETTINGS)
    view.source.show_source("clip.mp4", "clip.mp4")
    view.show_state(_STATE)
    view.gate.show_operating_table(_TABLE)
    view.gate.show_mean_loops(1.25)
    view.gate.show_estimator(5.0)
    view.show_recording(True)
    view.recording.show_recording(RecordingProgress(True, Path("/recordings/one"), 5.0, 150, 300))
    return view


def _status() -> StatusView:
    view = StatusView()
    view.show_source(_STATE.words, _STATE.detail)
    view.show_rates(_RATES)
    view.show_busy("busy: fewer plots")
    return view


def _log() -> LogView:
    view = LogView()
    view.add([f"12:00:0{second} handtrack INFO: line {second} of the log" for second in range(6)])
    return view


def _start_page() -> QWidget:
    below = QWidget()
    page = StartPage(below)
    camera = CameraDescription(0, "Webcam", "/dev/v4l/by-id/webcam", "V4L2")
    page.show_cameras([camera])
    page.show_recent([RecentSource(Path(f"/films/{name}.mp4"), None) for name in ("counting", "waving")])
    return below


def _transport() -> QWidget:
    timeline = Timeline()
    for result in known_film():
        timeline.note(replace(result, frame=replace(result.frame, position=result.frame.timestamp)))
    timeline.mark(5.0)
    below = QWidget()
    layout = QVBoxLayout(below)
    layout.setContentsMargins(0, 0, 0, 0)
    bar = TransportBar(timeline)
    layout.addWidget(bar)
    bar.show_state(_FILE)
    return below


def _measures() -> MeasuresView:
    view = MeasuresView(_SECONDS)
    view.show_calibration("for a palm of 90 mm and 60° (not calibrated)")
    for result in known_film():
        view.show_result(result)
    return view


def _measures_plot() -> MeasuresPlot:
    history = MeasuresHistory(_SECONDS)
    plot = MeasuresPlot(history)
    for result in known_film():
        history.append(result)
    keys = [measure.key for measure in MEASURES]
    plot.show_measures([keys.index(key) for key in ("pinch_index_mm", "pinch_middle_mm", "wrist_x_cm")])
    return plot


def _dialog(view: QDialog) -> QDialog:
    view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # the test itself takes it away
    for buttons in view.findChildren(QDialogButtonBox):
        buttons.setStyleSheet("button-layout: 0")  # each desktop has an order of its own
    return view


def _preferences() -> QDialog:
    view = PreferencesDialog()
    view.show_settings(_SETTINGS)
    view.show_camera("1280 × 720, 30 frames/s, MJPG")
    return _dialog(view)


def _calibration() -> QDialog:
    known = Calibration().with_palm("Anna", 84.5).with_view("usb-top", 71.0)
    return _dialog(CalibrationDialog(known, _SETTINGS, "usb-top", "Webcam"))


def _card() -> QDialog:
    """A hand beside a card, with both ends of its edge clicked."""
    picture = np.full((480, 640, 3), 70, np.uint8)
    picture[100:250, 400:495] = (190, 170, 120)
    place = read_only(np.array([0.0, 0.08, 0.4]), np.float32)
    hand = replace(sample_hand(curl=0.0), wrist_position=place)
    camera = Intrinsics.from_field_of_view(640, 480, 60.0)
    dialog = CardDialog(sample_result((hand,), image=read_only(picture)), camera)
    dialog.picture.ends = [(400.0, 100.0), (400.0, 250.0)]
    dialog.picture.marked.emit()
    return _dialog(dialog)


def _chessboard() -> QDialog:
    frames = iter([photo(slant, 74.0) for slant in SLANTS])
    dialog = ChessboardDialog(lambda: next(frames))
    for _ in SLANTS:
        dialog.add.click()
    return _dialog(dialog)


def _shortcuts() -> QDialog:
    window = QMainWindow()
    bar = window.menuBar()
    assert bar is not None
    for title, entries in (
        ("&Source", {"Open video or picture…": "Ctrl+O", "Quit": "Ctrl+Q"}),
        ("&Playback", {"Play or pause": "Space", "Begin, end or leave the looped part": "B"}),
    ):
        menu = bar.addMenu(title)
        assert menu is not None
        for text, keys in entries.items():
            add_action(window, menu, text, keys, lambda: None)
    dialog = show_shortcuts(window, bar)
    dialog.setParent(None)
    return _dialog(dialog)


Size = tuple[int, int]
VIEWS: dict[str, tuple[Callable[[], QWidget], tuple[Size, Size]]] = {
    "video": (_video, ((480, 300), (640, 360))),
    "compared": (_compared, ((480, 300), (640, 360))),
    "message": (_message, ((480, 300), (640, 360))),
    "skeleton": (_skeleton, ((300, 260), (420, 360))),
    "iterations": (lambda: _running(lambda: IterationsView(_SECONDS)), ((380, 240), (560, 320))),
    "uncertainty": (lambda: _running(lambda: UncertaintyView(_SECONDS)), ((440, 280), (600, 360))),
    "true_error": (lambda: _running(lambda: TrueErrorView(_SECONDS)), ((400, 260), (560, 340))),
    "what_if": (_what_if, ((640, 220), (900, 280))),
    "steps": (_steps, ((760, 300), (1000, 380))),
    "controls": (_controls, ((320, 400), (440, 440))),
    "status": (_status, ((960, 28), (1240, 28))),
    "log": (_log, ((480, 120), (700, 160))),
    "start_page": (_start_page, ((560, 420), (800, 460))),
    "transport": (_transport, ((620, 76), (860, 76))),
    "preferences": (_preferences, ((640, 480), (760, 520))),
    "measures": (_measures, ((640, 220), (900, 300))),
    "measures_plot": (_measures_plot, ((360, 240), (560, 320))),
    "calibration": (_calibration, ((560, 440), (680, 480))),
    "card": (_card, ((560, 520), (760, 640))),
    "chessboard": (_chessboard, ((640, 460), (760, 520))),
    "shortcuts": (_shortcuts, ((640, 360), (760, 400))),
}
"""name: how it is made, and the two sizes that it is looked at in, pixels."""
