"""A folder of photos in the window: leafed through, tracked again when a control moves, recorded."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import Qt

from app.values import Phase
from app.window import MainWindow
from handtrack.hand import FrameResult, Still
from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sessions import read_session

LOAD_TIMEOUT = 180_000  # milliseconds: what a busy machine takes


@pytest.fixture
def photos(tmp_path: Path, shared_data: Path) -> Path:
    """A hand, a face without one, and a hand."""
    folder = tmp_path / "photos"
    folder.mkdir()
    images = shared_data / "images"
    names = ("hagrid/call_00016.jpg", "faces_utez/00001.jpg", "hagrid/call_00008.jpg")
    for place, name in enumerate(names):
        if not (images / name).is_file():
            pytest.skip(f"needs {name} in ../shared/data/images")
        shutil.copy(images / name, folder / f"photo {place + 1}.jpg")
    return folder


@pytest.fixture
def shown(window, qtbot, photos) -> list[FrameResult]:
    """What the window shows, from the first photo on."""
    results: list[FrameResult] = []
    window.bridge.result_ready.connect(results.append)
    window.open_source(photos)
    qtbot.waitUntil(lambda: bool(results), timeout=LOAD_TIMEOUT)
    return results


@pytest.mark.parametrize("opened", [True, False], ids=["as it loads", "as it opens"])
def test_a_picture_that_is_tracked_while_the_window_looks_at_its_pipeline_is_shown(
    window, qtbot, tmp_path, monkeypatch, opened
):
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((120, 160, 3), 100 * number, np.uint8))
    follow = window.bridge.sources._follow
    looks: list[Pipeline] = []

    def look_late(pipeline: Pipeline) -> None:
        """The first look knows how the pipeline stood before its first picture was tracked."""
        if not looks and not pipeline.results._values:
            return
        looks.append(pipeline)
        follow(pipeline if len(looks) > 1 else BeforeTheFirst(pipeline, opened))

    monkeypatch.setattr(window.bridge.sources, "_follow", look_late)
    window.open_source(tmp_path)
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=LOAD_TIMEOUT)
    qtbot.waitUntil(lambda: window.video.result is not None, timeout=2_000)
    window.bridge.player.step(1)
    qtbot.waitUntil(lambda: place(window) == "2 of 2 · 2.png", timeout=LOAD_TIMEOUT)


class BeforeTheFirst:
    """A pipeline as it stood before its first result, which is there when somebody looks for it."""

    state = PipelineState.STARTING

    def __init__(self, pipeline: Pipeline, opened: bool) -> None:
        self.results = pipeline.results
        self.source_info = pipeline.source_info if opened else None


def place(window: MainWindow) -> str:
    """Which picture the transport bar says it is."""
    return f"{window.transport.time.text} · {window.transport.name}"


def press(window: MainWindow, qtbot, shown: list[FrameResult], key: Qt.Key) -> FrameResult:
    """Press a key and wait for the picture that it brings."""
    before = len(shown)
    qtbot.keyClick(window, key)
    qtbot.waitUntil(lambda: len(shown) > before, timeout=LOAD_TIMEOUT)
    return shown[-1]


def test_the_arrows_leaf_through_the_pictures_and_nothing_else_does(window, qtbot, shown):
    assert window.transport.isVisible()
    assert place(window) == "1 of 3 · photo 1.jpg"
    assert len(shown[-1].hands) == 1
    assert not window.transport.back.isEnabled()
    qtbot.wait(800)
    assert len(shown) == 1, "no picture comes by itself"
    threshold = window.controls.gate.threshold

    assert press(window, qtbot, shown, Qt.Key.Key_Right).hands == ()
    assert place(window) == "2 of 3 · photo 2.jpg"
    assert len(press(window, qtbot, shown, Qt.Key.Key_PageDown).hands) == 1
    assert not window.transport.forward.isEnabled()
    press(window, qtbot, shown, Qt.Key.Key_Left)
    press(window, qtbot, shown, Qt.Key.Key_PageUp)
    assert place(window) == "1 of 3 · photo 1.jpg"
    assert window.controls.gate.threshold == threshold
    qtbot.mouseClick(window.transport.forward, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: place(window) == "2 of 3 · photo 2.jpg", timeout=LOAD_TIMEOUT)
    stats = window.bridge.pipeline.stats()
    assert (stats.dropped, stats.missed) == (0, 0)


def test_a_control_that_moves_tracks_the_picture_again(window, qtbot, shown):
    window.controls.gate.slider.setValue(100)
    qtbot.waitUntil(lambda: shown[-1].gate_threshold == 1.0, timeout=LOAD_TIMEOUT)
    assert shown[-1].hands[0].iterations == shown[-1].max_iterations
    result = press(window, qtbot, shown, Qt.Key.Key_BracketLeft)
    assert result.gate_threshold == pytest.approx(0.95)
    assert result.frame.still == Still("photo 1.jpg", 1, 3)


def test_a_recording_has_the_pictures_that_were_shown_meanwhile(window, qtbot, shown):
    press(window, qtbot, shown, Qt.Key.Key_R)  # the one that is shown goes in first
    press(window, qtbot, shown, Qt.Key.Key_Right)
    press(window, qtbot, shown, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.bridge.recordings.frames == 3, timeout=LOAD_TIMEOUT)
    with qtbot.waitSignal(
        window.bridge.recording_changed,
        timeout=LOAD_TIMEOUT,
        check_params_cb=lambda progress: not progress.active,
    ) as saved:
        qtbot.keyClick(window, Qt.Key.Key_R)
    session = read_session(saved.args[0].folder)
    assert session.whole
    assert session.manifest.source is not None
    assert session.manifest.source.stills
    assert [len(record.hands) for record in session.records()] == [1, 0, 1]


def test_the_arrows_move_the_threshold_again_after_a_video(window, qtbot, shown, plain_clip):
    window.open_source(plain_clip)
    qtbot.waitUntil(lambda: shown[-1].frame.still is None, timeout=LOAD_TIMEOUT)
    assert window.transport.play.isVisible()
    before = window.controls.gate.threshold
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.controls.gate.threshold == pytest.approx(before + 0.05)
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert window.controls.gate.threshold == pytest.approx(before + 0.05)
