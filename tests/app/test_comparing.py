"""MediaPipe beside our tracker in the window: on the very frame, in its own thread, and only when asked."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace

import av
import numpy as np
import pytest
from PyQt6.QtGui import QAction

from app.comparing import Compared, Comparing
from app.views.hand_overlay import MEDIAPIPE, RAW
from app.views.video import VideoView
from app.window import MainWindow
from handtrack.hand import Frame, FrameResult, read_only
from tests.app.sample_results import sample_hand, sample_result

TIMEOUT = 60_000


def coloured(picture: np.ndarray, colour) -> int:
    """How many pixels have about that colour."""
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    return int((np.abs(picture.astype(int) - wanted).max(axis=-1) < 12).sum())


def entry(window: MainWindow, text: str) -> QAction:
    (found,) = [action for action in window.actions() if action.text() == text]
    return found


@pytest.fixture
def comparing(qtbot):
    made = Comparing()
    yield made
    made.close()


@pytest.fixture
def window(idle_window: MainWindow) -> MainWindow:
    return idle_window


@pytest.fixture
def view(qtbot) -> VideoView:
    made = VideoView()
    qtbot.addWidget(made)
    made.resize(640, 480)
    return made


@pytest.fixture(scope="module")
def frames(counting_clip) -> list[FrameResult]:
    """Three frames of a real hand, one after the other, and one from five seconds later."""
    results = []
    with av.open(str(counting_clip)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index in (60, 61, 62, 210):
                image = read_only(frame.to_ndarray(format="bgr24"))
                at = Frame(image, index / 30, index)
                results.append(FrameResult(at, (), False, 0.5, 4, {"total": 3.14}))
            if index == 210:
                break
    return results


def look(qtbot, comparing: Comparing, result: FrameResult) -> Compared:
    with qtbot.waitSignal(comparing.compared, timeout=TIMEOUT) as told:
        comparing.note(result)
    return told.args[0]


def test_mediapipe_finds_the_hand_on_the_very_frame(qtbot, comparing, frames, hand_bundle):
    comparing.switch(True, 2)
    found = [look(qtbot, comparing, result) for result in frames]
    assert [one.frame for one in found] == [result.frame for result in frames]
    assert [one.followed for one in found] == [False, True, True, False], "after a jump it looks everywhere"
    for one, result in zip(found, frames, strict=True):
        (joints,) = one.hands
        assert joints.shape == (21, 2)
        width, height = result.frame.size
        assert ((joints > 0) & (joints < (width, height))).all()
        assert one.milliseconds > 0
        assert one.words.startswith("handtrack 3.1 ms · MediaPipe ")
    near = np.abs(found[1].hands[0] - found[0].hands[0]).mean()
    assert near < 20, "a thirtieth of a second moves no hand by half of it"
    assert found[0].words.endswith(" ms, the picture alone")
    assert found[1].words.endswith(" ms")


def test_the_newest_frame_wins(qtbot, comparing, frames, hand_bundle):
    told: list[Compared] = []
    comparing.compared.connect(told.append)
    comparing.switch(True, 1)
    for index in range(200):
        comparing.note(replace(frames[0], frame=replace(frames[0].frame, index=index)))
    qtbot.waitUntil(lambda: bool(told) and told[-1].frame.index == 199, timeout=TIMEOUT)
    assert len(told) < 100


def test_off_it_ends_its_thread_and_tells_nothing(qtbot, comparing, frames, hand_bundle):
    comparing.switch(True, 1)
    look(qtbot, comparing, frames[0])
    comparing.note(frames[1])
    told: list[object] = []
    comparing.compared.connect(told.append)
    comparing.switch(False, 1)
    names = lambda: [thread.name for thread in threading.enumerate()]  # noqa: E731
    qtbot.waitUntil(lambda: "handtrack-mediapipe" not in names(), timeout=TIMEOUT)
    qtbot.wait(50)
    assert told == [None]


def test_without_the_models_one_sentence_says_what_to_do(window, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path / "empty"))
    action = entry(window, "Compare with MediaPipe")
    action.trigger()
    assert "run `handtrack models`" in window.video.banner.text
    assert not action.isChecked()
    assert not window.comparing.on


def test_models_that_are_damaged_end_the_comparison_with_a_sentence(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    (tmp_path / "hand_landmarker.task").write_bytes(b"no zip")
    action = entry(window, "Compare with MediaPipe")
    action.trigger()
    assert action.isChecked()
    window.bridge.result_ready.emit(sample_result())
    qtbot.waitUntil(lambda: not action.isChecked(), timeout=TIMEOUT)
    assert "hand_landmarker.task" in window.video.banner.text


def test_it_is_imported_only_when_it_is_asked_for():
    code = "import sys, app.window; sys.exit('mediapipe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_red_lines_are_drawn_on_no_other_frame_and_the_times_stay(view, pixels):
    results = [sample_result((sample_hand(),), index=index) for index in range(2)]
    hand = read_only(sample_hand().joints_2d - np.float32(60))
    view.show_result(results[0])
    assert coloured(pixels(view), MEDIAPIPE) == 0
    view.show_compared(Compared(results[0].frame, (hand,), 9.84, 3.14, True))
    assert coloured(pixels(view), MEDIAPIPE) > 200
    times = "handtrack 3.1 ms · MediaPipe 9.8 ms"
    assert view.key == ["red lines: MediaPipe", times]
    view.show_result(results[1])
    assert coloured(pixels(view), MEDIAPIPE) < 60, "the words of the key alone"
    assert times in view.key
    view.show_compared(None)
    assert coloured(pixels(view), MEDIAPIPE) == 0
    assert view.key == []


def test_raw_joints_are_drawn_where_they_were_before_smoothing(window, pixels):
    hand = sample_hand()
    raw = replace(hand, raw_joints_2d=read_only(hand.joints_2d - np.float32(50)))
    window.start_page.hide()
    window.video.show_result(sample_result((raw,)))
    action = entry(window, "Raw joints beside the smoothed ones")
    assert not action.isChecked()
    before = coloured(pixels(window.video), RAW)
    action.trigger()
    assert coloured(pixels(window.video), RAW) > before + 200
    assert window.video.key == ["grey lines: before smoothing"]
    action.trigger()
    assert coloured(pixels(window.video), RAW) == before


def test_on_a_paused_clip_mediapipe_is_drawn_on_the_frame_that_is_shown(
    window, qtbot, tracker_loads, end_of_loading, counting_clip, pixels
):
    window.open_source(str(counting_clip))
    entry(window, "Compare with MediaPipe").trigger()
    shown = lambda: window.video.result  # noqa: E731
    qtbot.waitUntil(lambda: shown() is not None and bool(shown().hands), timeout=3 * TIMEOUT)
    window.play_or_pause()
    video = window.video
    qtbot.waitUntil(
        lambda: video._compared is not None and video._compared.frame is shown().frame, timeout=TIMEOUT
    )
    assert coloured(pixels(video), MEDIAPIPE) > 200
    ours, theirs = shown().hands[0].joints_2d, video._compared.hands[0]
    assert np.abs(ours - theirs).mean() < 0.1 * np.ptp(theirs, axis=0).max(), "the same hand"
    assert video._compared.words in video.key


def test_mediapipe_looks_for_as_many_hands_as_we_do(window, qtbot, frames, hand_bundle):
    side_by_side = np.concatenate([frames[0].frame.image, frames[0].frame.image[:, ::-1]], axis=1)
    result = replace(frames[0], frame=replace(frames[0].frame, image=read_only(side_by_side)))
    told: list[Compared] = []
    window.comparing.compared.connect(lambda found: told.append(found) if found is not None else None)
    window.controls.hands_button(1).click()
    action = entry(window, "Compare with MediaPipe")
    action.trigger()
    for count in (1, 2):
        window.controls.hands_button(count).click()
        told.clear()
        window.bridge.result_ready.emit(result)
        qtbot.waitUntil(lambda: bool(told), timeout=TIMEOUT)
        assert len(told[-1].hands) == count
        assert action.isChecked()
