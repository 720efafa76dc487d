"""The dialog of the calibration, and what follows from it with the real tracker."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bridge import Bridge
from app.calibration import CalibrationKeeper, show_calibration
from app.model.calibration import Calibration
from app.model.deck import moment_of
from app.preferences import Preferences
from app.window import MainWindow
from handtrack.config import Settings
from handtrack.hand import FrameResult

LOAD_TIMEOUT = 60_000  # milliseconds


@pytest.fixture
def window(qtbot, settings: Settings, tmp_path: Path, end_of_loading):
    preferences = Preferences(tmp_path / "window.ini")
    made = MainWindow(Bridge(settings), settings, preferences=preferences)
    qtbot.addWidget(made)
    made.resize(1100, 760)
    made.show()
    yield made
    made.close()


def test_a_typed_palm_holds_for_the_hand_that_is_shown(window, qtbot, counting_clip, tracker_loads):
    shown: list[FrameResult] = []
    window.bridge.result_ready.connect(shown.append)
    window.open_source(str(counting_clip))
    qtbot.waitUntil(lambda: any(result.hands for result in shown), timeout=LOAD_TIMEOUT)
    window.play_or_pause()
    qtbot.wait(300)
    before = shown[-1]
    assert window.measures.calibration.text() == "for a palm of 90 mm and 60° (not calibrated)"

    dialog = show_calibration(window)
    assert not dialog.palm.isEnabled(), "nobody's palm is the settings'"
    dialog.person.setCurrentText("Anna")
    dialog.palm.setValue(180.0)
    dialog.known.setChecked(True)
    dialog.view.setValue(72.0)
    shown.clear()
    dialog.take.click()
    moment = moment_of(before.frame)
    qtbot.waitUntil(
        lambda: any(abs(moment_of(result.frame) - moment) < 1e-3 and result.hands for result in shown),
        timeout=LOAD_TIMEOUT,
    )
    assert window.measures.calibration.text() == "calibrated: palm 180 mm, view 72°"
    assert window.bridge.settings_in_force.camera.field_of_view == 72.0
    after = next(result for result in shown if abs(moment_of(result.frame) - moment) < 1e-3 and result.hands)
    places = [result.hands[0].wrist_position for result in (before, after)]
    assert places[0] is not None
    assert places[1] is not None
    twice = places[1][2] / places[0][2]
    # Twice the palm is twice as far; the wider view brings it nearer by the ratio of the tangents.
    assert twice == pytest.approx(2 * 0.5774 / 0.7265, rel=0.1)


def test_it_is_remembered(window, tmp_path):
    window.calibration.use(Calibration().with_palm("Anna", 84.0).with_view("usb-top", 71.0))
    again = CalibrationKeeper(Preferences(tmp_path / "window.ini"))
    assert again.now == window.calibration.now


def test_the_dialog_shows_what_holds_and_forgets(window):
    window.calibration.use(Calibration().with_palm("Anna", 84.0).with_palm("Ben", 97.0))
    dialog = show_calibration(window)
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
    dialog = show_calibration(window)
    dialog.person.setCurrentText("Anna")
    dialog.palm.setValue(80.0)
    dialog.reject()
    assert window.calibration.now == before
