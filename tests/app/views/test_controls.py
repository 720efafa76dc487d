from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QSlider, QWidget

from app.model.source_state import SourceState
from app.values import Phase, RecordingProgress
from app.views.controls import ControlsView
from app.views.recording_line import elapsed
from app.views.value_label import NOTHING
from handtrack.config import load_settings
from handtrack.model.operating_table import OperatingPoint, OperatingTable


@pytest.fixture
def controls(qtbot) -> ControlsView:
    settings = load_settings(
        overrides=["tracker.gate_threshold=0.35", "tracker.max_hands=3", "tracker.smoothing=false"]
    )
    widget = ControlsView(settings)
    qtbot.addWidget(widget)
    widget.resize(360, 330)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_controls_begin_as_the_settings_say(controls):
    assert controls.gate.threshold == pytest.approx(0.35)
    assert controls.gate.threshold_value.text == "0.35"
    assert controls.hands.checkedId() == 3
    assert not controls.smoothing.isChecked()
    assert controls.mirror.isChecked()


def test_the_slider_tells_its_value_at_once(controls, qtbot):
    with qtbot.waitSignal(controls.threshold_changed) as signal:
        controls.gate.slider.setValue(80)
    assert signal.args == [pytest.approx(0.8)]
    assert controls.gate.threshold_value.text == "0.80"


def test_the_slider_shows_what_its_threshold_lets_expect(controls):
    assert controls.gate.expected.text == NOTHING, "before weights are loaded"
    controls.gate.show_operating_table(
        OperatingTable(
            0.5,
            (OperatingPoint(0.0, 1.0, 5.04, 9.5, 86.4), OperatingPoint(0.5, 1.38, 4.71, 9.2, 95.8, 3.14)),
        )
    )
    assert controls.gate.expected.text == "a new hand: about 1.0 loops, 5.0 % off"
    assert controls.gate.guaranteed.text == "", "not measured of this threshold"
    controls.gate.slider.setValue(60)
    assert controls.gate.guaranteed.text == "at most 3.1 % worse than with all loops"
    assert controls.gate.expected.text == "a new hand: about 1.4 loops, 4.7 % off"
    controls.gate.show_milliseconds_of(lambda loops: 2.0 + loops)
    assert controls.gate.expected.text == "a new hand: about 1.4 loops, 3.4 ms, 4.7 % off"
    assert "MMAC" not in " ".join(widget.toolTip() for widget in controls.findChildren(QWidget))
    controls.gate.show_operating_table(None)
    assert controls.gate.expected.text == NOTHING
    assert controls.gate.guaranteed.text == ""


def test_what_the_threshold_takes_now_stands_below_the_slider(controls):
    assert controls.gate.estimator.text == NOTHING
    controls.gate.show_mean_loops(1.382)
    controls.gate.show_estimator(9.84)
    assert (controls.gate.mean_loops.text, controls.gate.estimator.text) == ("1.38", "9.8")
    below = controls.gate.estimator.mapTo(controls.gate, controls.gate.estimator.rect().topLeft())
    assert 0 < below.y() - controls.gate.slider.geometry().bottom() < 80
    controls.show_state(SourceState(Phase.STOPPED, "clip.mp4"))
    assert controls.gate.mean_loops.text == controls.gate.estimator.text == NOTHING


def test_dragging_the_handle_changes_the_threshold(controls, qtbot):
    slider = controls.findChild(QSlider)
    seen: list[float] = []
    controls.threshold_changed.connect(seen.append)
    start = slider.rect().center()
    start.setX(round(0.35 * (slider.width() - 14)) + 7)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    end = slider.rect().center()
    end.setX(slider.width() - 1)
    qtbot.mouseMove(slider, end)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=end)
    assert controls.gate.threshold > 0.9
    assert seen[-1] == pytest.approx(controls.gate.threshold)


def test_steps_stop_at_the_ends(controls):
    for _ in range(30):
        controls.gate.step_threshold(0.05)
    assert controls.gate.threshold == 1.0
    for _ in range(30):
        controls.gate.step_threshold(-0.05)
    assert controls.gate.threshold == 0.0


def test_hands_smoothing_and_mirror_are_told(controls, qtbot):
    with qtbot.waitSignal(controls.max_hands_changed) as signal:
        qtbot.mouseClick(controls.hands_button(1), Qt.MouseButton.LeftButton)
    assert signal.args == [1]
    with qtbot.waitSignal(controls.smoothing_changed) as signal:
        controls.smoothing.click()
    assert signal.args == [True]
    with qtbot.waitSignal(controls.mirror_changed) as signal:
        controls.mirror.click()
    assert signal.args == [False]


def test_choosing_a_camera_tells_its_spec(controls, qtbot):
    controls.source.show_source("clip.mp4", "/films/clip.mp4")
    controls.source.set_cameras([("0: Front", "camera:front", 0), ("2: Back", "camera:back", 2)])
    box = controls.findChild(QComboBox)
    assert [box.itemText(row) for row in range(box.count())] == ["0: Front", "2: Back", "clip.mp4"]
    assert box.currentText() == "clip.mp4"
    with qtbot.waitSignal(controls.source_chosen) as signal:
        box.activated.emit(1)
    assert signal.args == ["camera:back"]


@pytest.mark.parametrize("spec", [0, "0", "camera:front"])
def test_a_camera_in_use_is_offered_once_under_its_name(controls, spec):
    controls.source.show_source("Camera 0", spec)
    controls.source.set_cameras([("0: Front", "camera:front", 0)])
    controls.source.show_source("front", "camera:front")
    box = controls.findChild(QComboBox)
    assert [box.itemText(row) for row in range(box.count())] == ["0: Front"]
    assert box.currentText() == "0: Front"


def test_listing_sources_is_not_a_choice(controls, qtbot):
    with qtbot.assertNotEmitted(controls.source_chosen):
        controls.source.show_source("clip.mp4", "/films/clip.mp4")
        controls.source.set_cameras([("0: Front", "camera:front", 0)])


def test_the_recording_line_counts_and_then_links_to_the_folder(controls, tmp_path):
    line, folder = controls.recording, tmp_path / "a session"
    line.show_recording(RecordingProgress(True, folder, 75.4, 2250))
    assert line.text() == "01:15 · 2250 frames"
    line.show_recording(RecordingProgress(True, folder, 75.4, 2250, total=4000))
    assert line.text() == "01:15 · 2250 of 4000 frames, once through"
    lost = ("3 frames never tracked (replaced by newer ones)", "the file <b>\x1b[2J is damaged")
    line.show_recording(RecordingProgress(True, folder, 75.4, 2250, losses=lost))
    assert "(3 frames never tracked (replaced by newer ones); the file &lt;b&gt;\\x1b[2J" in line.text()
    line.show_recording(RecordingProgress(False, folder, 75.4, 2250, losses=lost))
    assert line.text().startswith("Saved 01:15, 2250 frames (3 frames never tracked")
    assert f"href='{Path(folder).as_uri()}'" in line.text()


def test_the_recording_line_claims_nothing_that_is_not_there(controls, tmp_path):
    line = controls.recording
    line.show_recording(RecordingProgress(False, tmp_path, 5.2, 150, failed=True))
    assert "Saved" not in line.text()
    assert line.text().startswith("Recording failed")
    assert f"href='{tmp_path.as_uri()}'" in line.text()
    line.show_recording(RecordingProgress(False, tmp_path, 0.0, 0))
    assert line.text() == "Nothing was recorded"


def test_long_recordings_show_hours():
    assert elapsed(59.9) == "00:59"
    assert elapsed(3725) == "1:02:05"


def test_everything_fits_in_a_narrow_panel(controls):
    assert controls.minimumSizeHint().width() <= 300
