"""Preferences in the window: they hold at once, and again after the next start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QByteArray, QSettings, Qt, QTimer
from PyQt6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel

from app import theme
from app.assembly import make_window
from app.bridge import Bridge
from app.main import run_window
from app.model.calibration import Calibration
from app.model.memory import preferences_file
from app.model.source_state import SourceState
from app.preferences import Preferences
from app.preferences_dialog import show_preferences
from app.values import Phase
from app.views.calibration import CalibrationDialog
from app.views.chessboard import ChessboardDialog
from app.views.preferences import PreferencesDialog
from app.window import MainWindow
from handtrack.config import load_settings
from handtrack.sources.base import SourceInfo


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "window.ini"


def window_of(qtbot, file: Path | None) -> MainWindow:
    preferences = Preferences(file)
    settings = load_settings(remembered=preferences.overrides())
    window = make_window(Bridge(settings), settings, preferences=preferences)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    return window


def choose(box, value) -> None:
    index = box.findData(value)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_what_is_chosen_holds_at_once_and_after_the_next_start(qtbot, file):
    window = window_of(qtbot, file)
    dialog = show_preferences(window, window.bridge, window.preferences, window.video.banner)
    choose(dialog.hands, 4)
    index = dialog.size_box.findText("1920 × 1080")
    dialog.size_box.setCurrentIndex(index)
    dialog.size_box.activated.emit(index)
    choose(dialog.theme_box, "light")
    dialog.smoothing.click()
    dialog.mirror.click()
    settings = window.bridge.settings
    assert (settings.camera.width, settings.camera.height) == (1920, 1080)
    assert settings.tracker.max_hands == 4
    assert window.controls.hands.checkedId() == 4
    assert not window.controls.smoothing.isChecked()
    assert not window.controls.mirror.isChecked()
    assert not window.video._mirrored
    assert theme.current() is theme.LIGHT
    window.close()
    again = window_of(qtbot, file)
    assert again.bridge.settings == settings
    assert again.controls.hands.checkedId() == 4
    again.close()


def test_what_the_controls_change_is_remembered_too(qtbot, file):
    window = window_of(qtbot, file)
    window.controls.hands_button(5).click()
    window.controls.mirror.click()
    window.controls.smoothing.click()
    window.close()
    remembered = load_settings(remembered=Preferences(file).overrides())
    assert remembered.tracker.max_hands == 5
    assert not remembered.window.mirror
    assert not remembered.tracker.smoothing


def test_defaults_forget_what_was_remembered(qtbot, file):
    window = window_of(qtbot, file)
    dialog = show_preferences(window, window.bridge, window.preferences, window.video.banner)
    choose(dialog.hands, 7)
    assert dialog.defaults is not None
    dialog.defaults.click()
    assert window.bridge.settings == load_settings()
    assert window.controls.hands.checkedId() == 2
    assert Preferences(file).overrides() == []
    window.close()


def test_settings_are_exported_and_imported(qtbot, file, tmp_path):
    window = window_of(qtbot, file)
    dialog = show_preferences(window, window.bridge, window.preferences, window.video.banner)
    choose(dialog.hands, 6)
    dialog.export_asked.emit(tmp_path / "mine.yaml")
    assert load_settings(tmp_path / "mine.yaml").tracker.max_hands == 6
    choose(dialog.hands, 1)
    dialog.import_asked.emit(tmp_path / "mine.yaml")
    assert window.bridge.settings.tracker.max_hands == 6
    (tmp_path / "other.yaml").write_text("tracker: {max_hands: 3, engine: torch}\n")
    dialog.import_asked.emit(tmp_path / "other.yaml")
    assert window.bridge.settings.tracker.max_hands == 3
    assert "tracker.engine" in window.video.banner.text
    (tmp_path / "bad.yaml").write_text("tracker: {max_hands: many}\n")
    dialog.import_asked.emit(tmp_path / "bad.yaml")
    assert "max_hands" in window.video.banner.text
    assert window.bridge.settings.tracker.max_hands == 3
    dialog.export_asked.emit(tmp_path / "mine.yaml" / "below.yaml")
    assert "cannot be written" in window.video.banner.text
    window.close()


def test_only_cameras_are_shown_as_in_a_mirror(qtbot):
    window = window_of(qtbot, None)

    def opened(live: bool) -> None:
        info = SourceInfo("name", 640, 480, 30.0, None, live, "detail")
        window.bridge.state_changed.emit(SourceState(Phase.RUNNING, "name", info))

    def shown() -> tuple[bool, bool]:
        return window.video._mirrored, window.skeleton._mirrored

    assert window.bridge.settings.window.mirror
    opened(live=False)
    assert shown() == (False, False)
    assert not window.controls.mirror.isEnabled()
    assert "Only cameras" in window.controls.mirror.toolTip()
    opened(live=True)
    assert shown() == (True, True)
    window.controls.mirror.click()
    assert shown() == (False, False)
    window.close()


def test_the_layout_comes_back(qtbot, file):
    window = window_of(qtbot, file)
    docks = window.layout_of_docks.docks
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks["controls"])
    docks["uncertainty"].close()
    window.resize(1100, 760)
    QApplication.processEvents()
    window.close()
    again = window_of(qtbot, file)
    docks = again.layout_of_docks.docks
    assert again.dockWidgetArea(docks["controls"]) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert docks["uncertainty"].isHidden()
    assert docks["true_error"].isHidden()
    assert (again.width(), again.height()) == (1100, 760)
    again.layout_of_docks.reset()
    assert not docks["uncertainty"].isHidden()
    again.close()


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 500, b"[settings]\ntracker.max_hands=many\n[layout]\nstate=x\n"]
)
def test_a_damaged_file_is_as_if_there_was_none(qtbot, file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    window = window_of(qtbot, file)
    assert window.bridge.settings == load_settings()
    assert not window.layout_of_docks.docks["controls"].isHidden()
    window.controls.hands_button(3).click()
    window.close()
    assert load_settings(remembered=Preferences(file).overrides()).tracker.max_hands == 3


def test_a_layout_of_noise_is_not_used(qtbot, file):
    kept = QSettings(str(file), QSettings.Format.IniFormat)
    for name in ("geometry", "state"):
        kept.setValue(f"layout/{name}", QByteArray(bytes(range(256))))
    kept.sync()
    window = window_of(qtbot, file)
    assert (window.width(), window.height()) == (1280, 800)
    assert not window.layout_of_docks.docks["controls"].isHidden()
    window.close()


def test_a_picture_of_the_window_is_the_same_for_everybody(qtbot, tmp_path, memory_of_its_own):
    Preferences(preferences_file()).note("tracker.max_hands", 7)
    seen: list[int] = []

    def look() -> None:
        window = next(widget for widget in QApplication.allWidgets() if isinstance(widget, MainWindow))
        seen.append(window.bridge.settings.tracker.max_hands)

    def remembering(remembered):
        return load_settings(remembered=remembered)

    for picture in (tmp_path / "window.png", None):
        QTimer.singleShot(700, look)
        run_window(None, load_settings(), screenshot=picture, quit_after=1.5, remembering=remembering)
    assert seen == [2, 7]
    before = set(memory_of_its_own.rglob("*"))
    run_window(None, load_settings(), quit_after=0.5)
    assert set(memory_of_its_own.rglob("*")) == before, "without being told to it remembers nothing"


def preferences_dialog() -> QDialog:
    dialog = PreferencesDialog()
    dialog.show_settings(load_settings())
    return dialog


def calibration_dialog() -> QDialog:
    return CalibrationDialog(Calibration(), load_settings(), None, "")


def chessboard_dialog() -> QDialog:
    return ChessboardDialog(lambda: np.zeros((1, 1, 3), np.uint8))


@pytest.mark.parametrize("make", [preferences_dialog, calibration_dialog, chessboard_dialog])
def test_a_dialog_is_never_too_narrow_for_its_words(qtbot, make):
    dialog = make()
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.resize(10, 10)
    qtbot.wait(50)
    labels = [label for label in dialog.findChildren(QLabel) if not label.wordWrap()]
    for widget in (*labels, *dialog.findChildren(QAbstractButton)):
        if widget.isVisible():
            assert widget.width() >= widget.minimumSizeHint().width(), widget.text()
