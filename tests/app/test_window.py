"""The window with the real pipeline, tracker and recorder."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication

from app.assembly import make_window
from app.bridge import Bridge
from app.values import Phase
from app.window import MainWindow
from handtrack.config import PlaybackSettings, SourceSettings, load_settings
from handtrack.ending import WATCH_NAME
from handtrack.hand import FrameResult
from handtrack.sessions import read_session
from handtrack.sources import open_source

LOAD_TIMEOUT = 60_000  # milliseconds


def run_until_hand(window: MainWindow, qtbot, source: Path) -> list[FrameResult]:
    """Open a source and wait until a hand is shown; gives the list that further results are added to."""
    shown: list[FrameResult] = []
    window.bridge.result_ready.connect(shown.append)
    window.open_source(str(source))
    # On a busy machine the first result may come before its phase, and until then nothing can be recorded.
    qtbot.waitUntil(
        lambda: any(result.hands for result in shown) and window.bridge.phase is not Phase.LOADING,
        timeout=LOAD_TIMEOUT,
    )
    return shown


def test_moving_the_slider_changes_the_loops_of_the_next_frame(window, qtbot, counting_clip):
    slider = window.controls.gate.slider
    slider.setValue(100)
    shown = run_until_hand(window, qtbot, counting_clip)
    pipeline = window.bridge.pipeline
    results = pipeline.subscribe(1000)
    qtbot.wait(1500)
    assert window.plots.iterations.mean_loops() == pytest.approx(shown[-1].max_iterations)
    assert window.controls.gate.mean_loops.text == f"{shown[-1].max_iterations:.2f}"

    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    at_change = len(results)
    assert window.controls.gate.threshold == 0.0
    qtbot.waitUntil(lambda: len(results) >= at_change + 10, timeout=LOAD_TIMEOUT)

    seen = [results.get(timeout=5) for _ in range(len(results))]
    thresholds = [result.gate_threshold for result in seen]
    first_new = thresholds.index(0.0)
    assert set(thresholds[:first_new]) == {1.0}
    assert set(thresholds[first_new:]) == {0.0}
    # The frame that was in work while the key was pressed still had the old threshold.
    assert first_new <= at_change + 1
    before = [hand.iterations for result in seen[:first_new] for hand in result.hands]
    after = [hand.iterations for result in seen[first_new:] for hand in result.hands]
    assert set(before) == {shown[-1].max_iterations}
    assert set(after) == {1}
    results.close()
    qtbot.waitUntil(lambda: window.plots.iterations.mean_loops() == 1.0, timeout=LOAD_TIMEOUT)
    assert window.plots.iterations._gate_label.toPlainText() == "gate after loop 1 · threshold 0.00"


def test_recording_from_the_window_makes_a_session_that_can_be_read(window, qtbot, counting_clip, settings):
    shown = run_until_hand(window, qtbot, counting_clip)
    qtbot.keyClick(window, Qt.Key.Key_R)
    assert window.bridge.recording
    assert window.controls.record.isChecked()
    count = len(shown)
    qtbot.waitUntil(lambda: len(shown) >= count + 12, timeout=LOAD_TIMEOUT)
    qtbot.waitUntil(lambda: " of 493 frames, once through" in window.controls.recording.text())
    qtbot.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: "Saved" in window.controls.recording.text(), timeout=LOAD_TIMEOUT)
    assert not window.controls.record.isChecked()
    assert window.bridge.phase is Phase.RUNNING, "tracking goes on"
    (folder,) = settings.recording.folder.iterdir()
    assert folder.as_uri() in window.controls.recording.text()
    session = read_session(folder)
    indices = [frame.record.index for frame in session.frames()]
    assert indices == list(range(len(indices))), "from the start of the file, and none left out"
    assert len(indices) >= 10
    assert f", {len(indices)} frames:" in window.controls.recording.text()


def test_closing_the_window_while_recording_keeps_the_recording(window, qtbot, counting_clip, settings):
    run_until_hand(window, qtbot, counting_clip)
    window.controls.record.click()
    line = window.controls.recording
    qtbot.waitUntil(lambda: " of 493" in line.text() and " 0 of 493" not in line.text(), timeout=LOAD_TIMEOUT)
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 12
    assert not window.isVisible()
    names = {thread.name for thread in threading.enumerate()} - {WATCH_NAME}
    assert [name for name in names if name.startswith(("handtrack", "recorder"))] == []
    (folder,) = settings.recording.folder.iterdir()
    session = read_session(folder)
    assert sum(1 for _ in session.frames()) >= 1
    assert (folder / "hands.parquet").is_file(), "the session was closed in order"


def test_after_a_source_that_fails_another_one_can_be_chosen(window, qtbot, plain_clip, tmp_path):
    window.open_source(str(tmp_path / "missing.mp4"))
    qtbot.waitUntil(lambda: "missing.mp4" in window.video.banner.text)
    banner = window.video.banner
    controls = window.controls.mapTo(window, window.controls.rect().topLeft())
    assert banner.mapTo(window, banner.rect().topRight()).x() < controls.x(), "no control is covered"
    window.open_source(plain_clip)
    assert banner.text == ""
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    qtbot.waitUntil(
        lambda: window.status.value("tracking") not in ("0 fps", "\N{EN DASH}"), timeout=LOAD_TIMEOUT
    )


def shows_true_error(window: MainWindow) -> bool:
    dock = window.layout_of_docks.docks["true_error"]
    toggle = dock.toggleViewAction()
    assert toggle is not None
    assert toggle.isEnabled() is dock.isVisible()
    return dock.isVisible()


def test_the_true_error_is_shown_for_sources_that_know_it(window, qtbot, labelled_clip, plain_clip):
    assert not shows_true_error(window)
    shown = run_until_hand(window, qtbot, labelled_clip)
    before = window.video.height()
    assert shown
    qtbot.waitUntil(lambda: shows_true_error(window), timeout=LOAD_TIMEOUT)
    history = window.plots.true_error.plots.history
    qtbot.waitUntil(lambda: history.shares_inside("mm") is not None, timeout=LOAD_TIMEOUT)
    assert "%" in window.plots.true_error.shares.text
    assert window.video.height() == before, "the picture keeps its size"
    window.layout_of_docks.reset()
    assert shows_true_error(window)
    window.open_source(plain_clip)
    qtbot.waitUntil(lambda: not shows_true_error(window), timeout=LOAD_TIMEOUT)
    assert history.shares_inside("mm") is None
    window.layout_of_docks.reset()
    assert not shows_true_error(window)


def test_a_true_error_that_was_closed_stays_closed(window, qtbot, labelled_clip):
    shown = run_until_hand(window, qtbot, labelled_clip)
    qtbot.waitUntil(lambda: shows_true_error(window), timeout=LOAD_TIMEOUT)
    window.layout_of_docks.docks["true_error"].close()
    count = len(shown)
    qtbot.waitUntil(lambda: len(shown) >= count + 5, timeout=LOAD_TIMEOUT)
    assert window.layout_of_docks.docks["true_error"].isHidden()


def test_the_programs_own_hands_are_in_the_menus(window, monkeypatch):
    opened: list[object] = []
    monkeypatch.setattr(window.bridge, "open", opened.append)
    for action in window.actions():
        if action.text() in ("Rendered hand", "Demo clip"):
            action.trigger()
    window.controls.rendered_hand_asked.emit()
    window.controls.demo_clip_asked.emit()
    assert opened == ["rendered", "demo", "rendered", "demo"]


def test_the_source_can_be_stopped_and_started_again(window, qtbot, plain_clip):
    window.open_source(plain_clip)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    qtbot.mouseClick(window.controls.start_stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.STOPPED, timeout=3000)
    assert window.controls.start_stop.text() == "Start"
    assert not window.controls.record.isEnabled()
    assert window.transport.isHidden()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    assert window.controls.start_stop.text() == "Stop"


def test_a_recording_that_cannot_be_written_leaves_tracking_alone(window, qtbot, plain_clip, settings):
    settings.recording.folder.parent.mkdir(exist_ok=True)
    settings.recording.folder.write_text("a file where the folder should be")
    window.open_source(plain_clip)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    window.controls.record.click()
    assert window.video.banner.text
    assert not window.controls.record.isChecked()
    assert window.bridge.phase is Phase.RUNNING


def test_a_file_that_is_not_looped_stays_at_its_end_and_can_be_played_again(qtbot, plain_clip, tracker_loads):
    settings = load_settings(overrides=["playback.loop=false"])
    bridge = Bridge(settings)
    positions: list[float] = []
    bridge.result_ready.connect(lambda result: positions.append(result.frame.position))
    bridge.open(plain_clip)
    for _ in range(2):
        qtbot.waitUntil(lambda: bool(positions) and positions[-1] > 0.9, timeout=LOAD_TIMEOUT)
        qtbot.waitUntil(lambda: bridge.player.chosen_by_hand, timeout=LOAD_TIMEOUT)
        assert bridge.phase is Phase.RUNNING
        bridge.player.play_or_pause()
        qtbot.waitUntil(lambda: positions[-1] < 0.5, timeout=LOAD_TIMEOUT)
    bridge.shut_down()


def mirrored_entry(window: MainWindow) -> QAction:
    (entry,) = [
        action
        for action in window.findChildren(QAction)
        if action.text() == "The source is mirrored (selfie)"
    ]
    return entry


def test_a_mirrored_source_is_turned_back_at_once_and_for_every_later_one(window, qtbot, labelled_clip):
    shown = run_until_hand(window, qtbot, labelled_clip)

    def true_hand() -> str:
        assert shown[-1].frame.truth is not None
        return shown[-1].frame.truth[0].handedness

    entry = mirrored_entry(window)
    assert entry.isCheckable()
    assert not entry.isChecked()
    assert true_hand() == "left"
    entry.trigger()
    assert window.bridge.settings.source.mirrored
    qtbot.waitUntil(lambda: true_hand() == "right", timeout=LOAD_TIMEOUT)
    assert "turned back" in window.bridge.pipeline.source_info.detail
    entry.trigger()
    qtbot.waitUntil(lambda: true_hand() == "left", timeout=LOAD_TIMEOUT)


def test_the_menu_says_what_the_settings_say(qtbot, settings):
    mirrored = settings.model_copy(update={"source": SourceSettings(mirrored=True)})
    window = make_window(Bridge(mirrored), mirrored)
    qtbot.addWidget(window)
    assert mirrored_entry(window).isChecked()
    mirrored_entry(window).trigger()  # before any source
    assert not window.bridge.settings.source.mirrored
    assert window.bridge.phase is Phase.IDLE
    window.close()


@pytest.mark.parametrize("loop", [True, False])
def test_what_a_source_lost_is_said_over_the_picture(
    qtbot, settings, tmp_path, plain_clip, tracker_loads, loop
):
    clip = tmp_path / "damaged.mp4"
    data = Path(plain_clip).read_bytes()
    begin = data.index(b"mdat") + 4
    clip.write_bytes(data[: begin + 900] + b"\xff" * 200 + data[begin + 1100 :])
    settings = settings.model_copy(update={"playback": PlaybackSettings(loop=loop)})
    window = make_window(Bridge(settings), settings)
    qtbot.addWidget(window)
    window.show()
    window.open_source(str(clip))
    qtbot.waitUntil(lambda: bool(window.video.banner.text), timeout=LOAD_TIMEOUT)
    if not loop:
        qtbot.waitUntil(lambda: window.bridge.player.chosen_by_hand, timeout=LOAD_TIMEOUT)
    qtbot.wait(1500)
    source = open_source(clip, settings, realtime=False)
    source.open()
    while source.read() is not None:
        pass
    source.close()
    assert source.losses()
    assert window.video.banner.text == "\n".join(source.losses())
    window.open_source(plain_clip)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    assert not window.video.banner.text
    window.close()


def test_keys_work_wherever_the_keyboard_is(window, qtbot):
    window.controls.smoothing.setFocus()
    before = window.controls.gate.threshold
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Right)
    assert window.controls.gate.threshold == pytest.approx(before + 0.05)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert window.controls.gate.threshold == pytest.approx(before - 0.05)
    mirrored = window.controls.mirror.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert window.controls.mirror.isChecked() is not mirrored
    assert window.video._mirrored is not mirrored
    assert window.skeleton._mirrored is not mirrored
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert window.controls.hands.checkedId() == 1
    assert window.bridge.settings.tracker.max_hands == 1


def test_the_true_hand_can_be_hidden_and_shown_again(window, qtbot, labelled_clip):
    run_until_hand(window, qtbot, labelled_clip)
    assert any(hand.true_joints is not None for hand in window.skeleton._hands)
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert not window.video._truth_shown
    assert all(hand.true_joints is None for hand in window.skeleton._hands)
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert window.video._truth_shown
    assert any(hand.true_joints is not None for hand in window.skeleton._hands)


@pytest.mark.parametrize("size", [(1280, 800), (1024, 700), (1900, 1000)])
def test_every_part_has_its_place_at_any_size(qtbot, settings, size):
    window = make_window(Bridge(settings), settings)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    video, controls = window.video, window.controls
    assert video.width() * video.height() > 0.3 * size[0] * size[1], "the picture is the largest part"
    assert controls.height() >= controls.minimumSizeHint().height()
    for view in (window.skeleton, window.plots.iterations, window.plots.uncertainty):
        assert view.width() >= 190
        assert view.height() >= 150
    window.close()


def test_after_a_failure_nothing_of_the_source_before_is_left_standing(window, qtbot, plain_clip, tmp_path):
    window.open_source(plain_clip)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    qtbot.waitUntil(lambda: window.status.value("dropped").isdecimal(), timeout=LOAD_TIMEOUT)
    assert "320 × 240" in window.status._source.text()
    window.open_source(str(tmp_path / "missing.mp4"))
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.FAILED, timeout=LOAD_TIMEOUT)
    qtbot.wait(600)
    assert window.status._source.text() == "missing.mp4 · not open"
    for name in ("capture", "tracking", "drawing", "latency", "dropped", "detector"):
        assert window.status.value(name) == "\N{EN DASH}"
    assert window.start_page.isVisible()
    assert window.transport.isHidden()
    assert not window.controls.record.isEnabled()
    window.bridge.stop()


def test_the_picture_gets_its_height_back_once_the_views_below_are_closed(window, qtbot):
    qtbot.wait(300)
    before = window.video.height()
    for name in ("steps", "what_if"):
        window.layout_of_docks.docks[name].toggleViewAction().trigger()
        qtbot.waitUntil(lambda: window.video.height() < before - 50, timeout=5000)
    window.layout_of_docks.docks["what_if"].close()
    window.layout_of_docks.docks["steps"].toggleViewAction().trigger()  # by the menu's entry, or its key
    qtbot.waitUntil(lambda: abs(window.video.height() - before) < 8, timeout=5000)


def test_a_small_window_stays_small_with_all_that_can_be_opened(window, qtbot):
    window.resize(1024, 700)
    window.transport.show()
    for name in ("log", "measures", "what_if", "steps"):
        window.layout_of_docks.docks[name].toggleViewAction().trigger()
        qtbot.wait(50)
    assert window.minimumSizeHint().height() <= 700
    assert window.height() == 700
