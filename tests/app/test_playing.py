"""The window's time on real files: paused, stepped, sought; a session opened, and tracked again."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QFileDialog, QTableWidget

from app.values import Phase, RecordingProgress
from app.views.plot_style import PlotArea
from app.window import MainWindow
from handtrack.hand import FrameResult
from handtrack.model.weights_file import shipped_weights
from handtrack.sessions import read_session

LOAD_TIMEOUT = 180_000  # milliseconds: what a busy machine takes


@pytest.fixture
def shown(window) -> list[FrameResult]:
    """What the window shows."""
    results: list[FrameResult] = []
    window.bridge.result_ready.connect(results.append)
    return results


def place(result: FrameResult) -> float:
    assert result.frame.position is not None
    return result.frame.position


def wait_for(qtbot, shown: list[FrameResult], more: int = 1) -> FrameResult:
    count = len(shown) + more
    qtbot.waitUntil(lambda: len(shown) >= count, timeout=LOAD_TIMEOUT)
    return shown[-1]


def places_in(clip: Path) -> np.ndarray:
    """Seconds from the first frame at which each frame of a video stands, as its packets say."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
        return (np.array(times) - times[0]) * float(stream.time_base)


def settled(window: MainWindow, qtbot, shown: list[FrameResult], more_than: int = 0) -> FrameResult:
    """What is shown once the paused source has given all that was asked for, and it is tracked.

    more_than: results that were shown before it was asked for.
    """
    qtbot.wait(200)
    qtbot.waitUntil(lambda: len(shown) > more_than, timeout=LOAD_TIMEOUT)
    pipeline = window.bridge.pipeline
    assert pipeline is not None

    def still() -> bool:
        stats = pipeline.stats()
        return stats.captured == stats.tracked + stats.dropped and shown[-1].frame.index == stats.captured - 1

    qtbot.waitUntil(still, timeout=LOAD_TIMEOUT)
    return shown[-1]


def test_space_pauses_at_the_frame_that_is_shown_and_the_tracker_stays(
    window, qtbot, shown, counting_clip, pixels
):
    window.open_source(str(counting_clip))
    qtbot.waitUntil(lambda: any(result.hands for result in shown), timeout=LOAD_TIMEOUT)
    pipeline = window.bridge.pipeline
    qtbot.keyClick(window, Qt.Key.Key_Space)
    settled(window, qtbot, shown)
    count, bright = len(shown), pixels(window.video).mean()
    qtbot.wait(700)
    assert len(shown) == count
    assert not window.bridge.player.state.playing
    assert window.bridge.phase is Phase.RUNNING
    assert pixels(window.video).mean() == bright, "nothing is dimmed, and nothing written over it"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for(qtbot, shown)
    assert window.bridge.pipeline is pipeline, "nothing was loaded again"


def test_frames_are_gone_through_one_by_one_and_back_as_they_were(window, qtbot, shown, counting_clip):
    window.open_source(str(counting_clip))
    qtbot.waitUntil(lambda: any(result.hands for result in shown), timeout=LOAD_TIMEOUT)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    settled(window, qtbot, shown)
    places, count = places_in(counting_clip), len(shown)
    apart = np.diff(places)
    left_out = int(apart.argmax())  # by the phone, behind this frame
    assert apart[left_out] > 1.5 * np.median(apart)
    window.bridge.player.seek(places[left_out - 2])
    settled(window, qtbot, shown, count)
    forward = []
    for _ in range(4):
        count = len(shown)
        qtbot.keyClick(window, Qt.Key.Key_Period)
        forward.append(settled(window, qtbot, shown, count))
    assert [place(result) for result in forward] == pytest.approx(
        places[left_out - 1 : left_out + 3], abs=1e-3
    )
    for earlier in reversed(forward[:-1]):
        count = len(shown)
        qtbot.keyClick(window, Qt.Key.Key_Comma)
        again = settled(window, qtbot, shown, count)
        assert place(again) == place(earlier)
        for hand, before in zip(again.hands, earlier.hands, strict=True):
            np.testing.assert_array_equal(hand.joints_2d, before.joints_2d)
        np.testing.assert_array_equal(again.frame.image, earlier.frame.image)


def test_a_click_in_a_plot_and_in_the_line_of_time_leads_to_that_moment(window, qtbot, shown, counting_clip):
    window.open_source(str(counting_clip))
    qtbot.waitUntil(lambda: any(result.hands for result in shown), timeout=LOAD_TIMEOUT)
    slider = window.transport.slider
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 10))
    wanted = slider.moment_at(slider.width() // 2)
    qtbot.waitUntil(lambda: abs(place(shown[-1]) - wanted) < 0.5, timeout=LOAD_TIMEOUT)
    qtbot.waitUntil(lambda: place(shown[-1]) > wanted + 1.5, timeout=LOAD_TIMEOUT)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.wait(500)
    plot = window.plots.iterations
    plot.redraw()
    timed, *_ = plot._timed
    history = timed.history
    view = plot._plot.getViewBox()
    at = plot.mapFromScene(view.mapViewToScene(view.viewRect().center()))
    moment = history.end - history.seconds / 2
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: abs(place(shown[-1]) - max(moment, 0)) < 0.1, timeout=LOAD_TIMEOUT)
    qtbot.waitUntil(lambda: bool(timed.lines) and timed.lines[0].isVisible(), timeout=5000)
    assert timed.lines[0].value() == pytest.approx(history.cursor - history.end)


def figures(table: QTableWidget) -> list[str]:
    """All that a table says, row by row."""
    cells = [
        table.item(row, column) for row in range(table.rowCount()) for column in range(table.columnCount())
    ]
    return [cell.text() for cell in cells if cell is not None]


def cursors(plot: PlotArea) -> list[float]:
    """Where the cursors stand that a plot shows, in its axes."""
    lines = [line for timed in plot._timed for line in timed.lines]
    return [line.value() for line in lines if line.isVisible()]


def test_plots_that_are_drawn_rarely_still_show_each_frame_that_is_chosen(
    window, qtbot, shown, counting_clip
):
    docks = window.layout_of_docks.docks
    docks["measures"].show()
    docks["measures"].raise_()
    window.open_source(str(counting_clip))
    qtbot.waitUntil(lambda: any(result.hands for result in shown), timeout=LOAD_TIMEOUT)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    settled(window, qtbot, shown)
    window.plots.set_redraw_rate(0.01)  # as on a machine too busy for more, and rarer still
    plots, count = window.plots, len(shown)
    window.bridge.player.seek(9.0)
    settled(window, qtbot, shown, count)
    count = len(shown)
    window.bridge.player.seek(6.0)
    result = settled(window, qtbot, shown, count)
    assert result.hands
    assert place(result) == pytest.approx(6.0, abs=0.1)
    for plot in (plots.iterations, plots.uncertainty.map, plots.measures.plot):
        qtbot.waitUntil(lambda plot=plot: bool(cursors(plot)), timeout=10_000)
        end = plot._timed[0].history.end
        assert cursors(plot) == pytest.approx([place(result) - end] * len(cursors(plot)), abs=1e-3)
    count = len(shown)
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Period)
    settled(window, qtbot, shown, count)
    qtbot.wait(500)
    told = figures(plots.measures.table)
    plots.measures.redraw()
    assert told == figures(plots.measures.table), "nothing was left to be brought up to date"


def recorded(window: MainWindow, qtbot, clip: str) -> None:
    """Record some of a clip in the window, with a mark."""
    told: list[RecordingProgress] = []
    window.bridge.recording_changed.connect(told.append)
    window.open_source(clip)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    window.controls.record.click()
    qtbot.waitUntil(lambda: window.bridge.recordings.frames > 20, timeout=LOAD_TIMEOUT)
    qtbot.keyClick(window, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: window.bridge.recordings.frames > 40, timeout=LOAD_TIMEOUT)
    window.controls.record.click()
    qtbot.waitUntil(lambda: not told[-1].active, timeout=LOAD_TIMEOUT)


def test_a_session_recorded_here_is_opened_scrubbed_and_tracked_again(
    window, qtbot, shown, counting_clip, settings, tmp_path, monkeypatch
):
    recorded(window, qtbot, str(counting_clip))
    (folder,) = settings.recording.folder.iterdir()
    session = read_session(folder)
    assert len(session.manifest.marks) == 1
    count = len(shown)
    window.open_source(str(folder))
    qtbot.waitUntil(lambda: len(shown) > count + 5, timeout=LOAD_TIMEOUT)
    assert window.bridge.state.shows_recorded
    assert window.timeline.marks == [session.manifest.marks[0].seconds]
    assert np.isfinite(window.timeline.sigmas).any(), "known before it was played"
    assert not window.controls.gate.slider.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    settled(window, qtbot, shown)
    for number in (30, 3, 17):
        count = len(shown)
        window.bridge.player.seek(float(session.positions()[number]))
        result = settled(window, qtbot, shown, count)
        expected = session.record(number)
        assert [hand.track_id for hand in result.hands] == [hand.track_id for hand in expected.hands]
        for hand, before in zip(result.hands, expected.hands, strict=True):
            np.testing.assert_array_equal(hand.joints_3d, before.joints_3d)

    assert not window.controls.record.isVisible()
    assert not window.bridge.start_recording()
    assert "recording already" in window.video.banner.text
    window.controls.track_again.click()
    qtbot.waitUntil(lambda: shown[-1].before is not None and bool(shown[-1].hands), timeout=LOAD_TIMEOUT)
    assert window.controls.gate.slider.isEnabled()
    dock = window.layout_of_docks.docks["true_error"]
    qtbot.waitUntil(dock.isVisible, timeout=5000)
    assert "RECORDING" in dock.windowTitle()
    # With their graphs, so that the same engine runs them.
    other = Path(shutil.copytree(shipped_weights().parent, tmp_path / "weights")) / shipped_weights().name
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    before = window.bridge.pipeline
    window.choosing.track_again_with_weights()
    qtbot.waitUntil(
        lambda: window.bridge.pipeline is not before and window.bridge.phase is Phase.RUNNING,
        timeout=LOAD_TIMEOUT,
    )
    assert window.bridge.settings.tracker.weights == other
    assert shown[-1].before is not None
    window.controls.track_again.click()
    count = len(shown)
    qtbot.waitUntil(lambda: len(shown) > count + 3 and shown[-1].before is None, timeout=LOAD_TIMEOUT)
    assert window.bridge.state.shows_recorded


def test_after_a_recording_a_file_can_be_moved_in_and_recorded_from_its_start_again(
    window, qtbot, shown, counting_clip, settings
):
    recorded(window, qtbot, str(counting_clip))
    assert window.transport.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    settled(window, qtbot, shown)
    told: list[RecordingProgress] = []
    window.bridge.recording_changed.connect(told.append)
    window.controls.record.click()
    qtbot.waitUntil(lambda: window.bridge.recordings.frames > 10, timeout=LOAD_TIMEOUT)
    assert window.transport.isHidden(), "every frame is to be in it"
    window.controls.record.click()
    qtbot.waitUntil(lambda: not told[-1].active, timeout=LOAD_TIMEOUT)
    for folder in settings.recording.folder.iterdir():
        indices = [record.index for record in read_session(folder).records()]
        assert indices == list(range(len(indices))), "from the first frame on"


def test_a_folder_that_is_no_whole_session_is_named_and_the_window_goes_on(window, qtbot, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "session.yaml").write_text("format: handtrack-session\nformat_version: 99\n")
    window.open_source(str(folder))
    qtbot.waitUntil(lambda: bool(window.video.banner.text), timeout=LOAD_TIMEOUT)
    assert "broken" in window.video.banner.text
    assert window.bridge.phase is Phase.FAILED
    assert window.transport.isHidden()
