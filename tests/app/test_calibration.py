"""The dialog of the calibration, and what follows from it with the real tracker."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt

from app.assembly import make_window
from app.bridge import Bridge
from app.calibration_dialog import show_calibration
from app.calibration_keeper import CalibrationKeeper
from app.model.calibration import Calibration
from app.model.chessboard import FEWEST
from app.model.deck import moment_of
from app.preferences import Preferences
from app.views.calibration import CalibrationDialog
from app.views.card import CardDialog
from app.views.chessboard import ChessboardDialog
from app.window import MainWindow
from handtrack.config import Settings
from handtrack.hand import FrameResult, read_only
from tests.app.model.test_chessboard import SLANTS, photo
from tests.app.sample_results import sample_hand, sample_result

LOAD_TIMEOUT = 60_000  # milliseconds


@pytest.fixture
def window(qtbot, settings: Settings, tmp_path: Path, end_of_loading):
    preferences = Preferences(tmp_path / "window.ini")
    made = make_window(Bridge(settings), settings, preferences=preferences)
    qtbot.addWidget(made)
    made.resize(1100, 760)
    made.show()
    yield made
    made.close()


def calibrate(window: MainWindow) -> CalibrationDialog:
    return show_calibration(window, window.bridge, window.calibration, window.video)


def found_at(moment: float, within: float, shown: list[FrameResult], qtbot) -> FrameResult:
    def found() -> list[FrameResult]:
        return [result for result in shown if abs(moment_of(result.frame) - moment) < within and result.hands]

    qtbot.waitUntil(lambda: bool(found()), timeout=LOAD_TIMEOUT)
    return found()[0]


def test_a_typed_palm_holds_for_the_hand_that_is_shown(window, qtbot, counting_clip, tracker_loads):
    shown: list[FrameResult] = []
    window.bridge.result_ready.connect(shown.append)
    window.open_source(str(counting_clip))
    qtbot.waitUntil(lambda: any(result.hands for result in shown), timeout=LOAD_TIMEOUT)
    window.play_or_pause()
    # To where the clip has not been yet: there both are found from nothing. A hand that is followed has a
    # past, and a busy machine gives it another one than a calm machine.
    window.bridge.player.seek(8.0)
    before = found_at(8.0, 0.1, shown, qtbot)
    assert window.plots.measures.calibration.text() == "for a palm of 90 mm and 60° (not calibrated)"

    dialog = calibrate(window)
    assert not dialog.palm.isEnabled(), "nobody's palm is the settings'"
    dialog.person.setCurrentText("Anna")
    dialog.palm.setValue(180.0)
    dialog.known.setChecked(True)
    dialog.view.setValue(72.0)
    shown.clear()
    dialog.take.click()
    after = found_at(moment_of(before.frame), 1e-3, shown, qtbot)
    assert window.plots.measures.calibration.text() == "calibrated: palm 180 mm, view 72°"
    assert window.bridge.settings_in_force.camera.field_of_view == 72.0
    places = [result.hands[0].wrist_position for result in (before, after)]
    assert places[0] is not None
    assert places[1] is not None
    twice = places[1][2] / places[0][2]
    # Twice the palm is twice as far; the wider view brings it nearer by the ratio of the tangents.
    assert twice == pytest.approx(2 * 0.5774 / 0.7265, rel=0.01)


def test_it_is_remembered(window, tmp_path):
    window.calibration.use(Calibration().with_palm("Anna", 84.0).with_view("usb-top", 71.0))
    again = CalibrationKeeper(Preferences(tmp_path / "window.ini"))
    assert again.now == window.calibration.now


def test_the_dialog_shows_what_holds_and_forgets(window):
    window.calibration.use(Calibration().with_palm("Anna", 84.0).with_palm("Ben", 97.0))
    dialog = calibrate(window)
    assert dialog.person.currentText() == "Ben"
    assert dialog.palm.value() == 97.0
    dialog.person.setCurrentText("Anna")
    assert dialog.palm.value() == 84.0
    dialog.remove.click()
    assert not dialog.palm.isEnabled()
    assert not dialog.known.isEnabled(), "without a source there is no view to calibrate"
    dialog.take.click()
    assert window.calibration.now == Calibration({"Ben": 97.0})


def test_cancelling_changes_nothing(window):
    before = window.calibration.now
    dialog = calibrate(window)
    dialog.person.setCurrentText("Anna")
    dialog.palm.setValue(80.0)
    dialog.reject()
    assert window.calibration.now == before


def test_the_palm_is_measured_by_two_clicks_beside_a_card(window, qtbot):
    hand = replace(sample_hand(curl=0.0), wrist_position=read_only(np.array([0.0, 0.08, 0.4]), np.float32))
    window.video.show_result(sample_result((hand,)))
    dialog = calibrate(window)
    dialog.card.click()
    card = dialog.findChild(CardDialog)
    qtbot.waitExposed(card)
    assert not card.take.isEnabled()
    place = card.picture._map()
    pixels = np.array([[400.0, 100.0], [400.0, 250.0], [400.0, 220.0]])
    views = [QPoint(*point) for point in np.rint(place.to_view(pixels)).astype(int).tolist()]
    for point in views[:2]:
        qtbot.mouseClick(card.picture, Qt.MouseButton.LeftButton, pos=point)
    first = card.measured
    assert first is not None
    qtbot.mouseClick(card.picture, Qt.MouseButton.LeftButton, pos=views[2])
    assert len(card.picture.ends) == 2, "the nearer end was moved"
    np.testing.assert_allclose(sorted(card.picture.ends)[0], pixels[0], atol=1.0)
    assert card.measured is not None
    assert card.measured.millimetres == pytest.approx(first.millimetres * 150 / 120, rel=0.02)
    assert f"{card.measured.millimetres:.1f}" in card.words.text()
    measured = card.measured.millimetres
    card.take.click()
    assert dialog.person.currentText() == "me"
    assert dialog.palm.value() == pytest.approx(measured, abs=0.06)
    dialog.take.click()
    assert window.calibration.now.palms == {"me": pytest.approx(measured, abs=0.06)}


def test_without_a_hand_it_says_why_nothing_is_measured(window):
    dialog = calibrate(window)
    dialog.card.click()
    assert dialog.problem.text().startswith("there is no picture")
    window.video.show_result(sample_result(()))
    dialog.card.click()
    assert "exactly one hand" in dialog.problem.text()
    assert dialog.findChild(CardDialog) is None


def number_of(result: FrameResult) -> int:
    return 0 if result.frame.still is None else result.frame.still.number


def test_the_field_of_view_is_measured_in_frames_of_a_chessboard(window, qtbot, tmp_path):
    folder = tmp_path / "boards"
    folder.mkdir()
    for number, slant in enumerate(SLANTS):
        cv2.imwrite(str(folder / f"{number}.png"), photo(slant, 74.0))
    shown: list[FrameResult] = []
    window.bridge.result_ready.connect(shown.append)
    window.open_source(str(folder))
    qtbot.waitUntil(lambda: bool(shown), timeout=LOAD_TIMEOUT)
    dialog = calibrate(window)
    dialog.chessboard.click()
    board = dialog.findChild(ChessboardDialog)
    for number in range(len(SLANTS)):
        if number:
            window.bridge.player.step(1)
            qtbot.waitUntil(lambda: number_of(shown[-1]) == number + 1, timeout=LOAD_TIMEOUT)  # noqa: B023
        assert board.take.isEnabled() == (number >= FEWEST), board.words.text()
        board.add.click()
    board.add.click()
    assert board.words.text().startswith("Not added: that is nearly a frame")
    assert "RMS 0." in board.words.text()
    board.take.click()
    assert dialog.known.isChecked()
    assert dialog.view.value() == pytest.approx(74.0, abs=1.0)
    dialog.take.click()
    kept = window.calibration.now.views
    assert kept == {str(folder.resolve()): pytest.approx(74.0, abs=1.0)}
