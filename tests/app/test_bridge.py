"""The bridge with real files and a tracker that is not loaded: what must work before any hand is tracked."""

from __future__ import annotations

import itertools
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from app.bridge import Bridge
from app.values import Phase, RecordingProgress
from handtrack.config import load_settings
from handtrack.sessions import read_session
from handtrack.sources.own_names import DEMO_CLIP


@pytest.fixture
def bridge(qtbot, settings, tracker_loads, end_of_loading):
    made = Bridge(settings)
    yield made
    made.shut_down()


def test_nothing_runs_before_a_source_is_chosen(bridge, qtbot):
    assert bridge.phase is Phase.IDLE
    bridge.start()
    bridge.stop()
    assert bridge.phase is Phase.IDLE
    assert bridge.pipeline is None


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("missing.mp4", None, "missing.mp4"),
        ("empty.mp4", b"", "empty.mp4"),
        ("text.mp4", b"no video" * 99, "text.mp4"),
    ],
)
def test_a_source_that_cannot_be_opened_is_told_in_one_sentence(bridge, qtbot, tmp_path, name, content, word):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with qtbot.waitSignal(bridge.failed, timeout=20_000) as signal:
        bridge.open(str(path))
    (sentence,) = signal.args
    assert word in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert bridge.phase is Phase.FAILED


def test_damaged_weights_are_told_in_one_sentence(qtbot, tmp_path, plain_clip, tracker_loads):
    weights = tmp_path / "damaged.safetensors"
    weights.write_bytes(b"\x00" * 64)
    bridge = Bridge(load_settings(overrides=[f"tracker.weights={weights}"]))
    with qtbot.waitSignal(bridge.failed, timeout=60_000) as signal:
        bridge.open(plain_clip)
    assert "damaged.safetensors" in signal.args[0]
    qtbot.waitUntil(lambda: bridge.pipeline is None)
    assert bridge.phase is Phase.FAILED
    bridge.shut_down()


def test_recording_without_a_source_is_refused_in_one_sentence(bridge, qtbot):
    with qtbot.waitSignal(bridge.failed) as signal:
        assert not bridge.start_recording()
    assert "start" in signal.args[0]
    assert not bridge.recording


def test_what_is_set_before_a_source_runs_is_kept_for_it(bridge):
    bridge.configure(gate_threshold=0.9, max_hands=1, smoothing=False)
    tracker = bridge.settings.tracker
    assert (tracker.gate_threshold, tracker.max_hands, tracker.smoothing) == (0.9, 1, False)


def test_after_the_end_nothing_is_opened_any_more(bridge, qtbot, plain_clip):
    bridge.shut_down()
    bridge.open(plain_clip)
    bridge.cameras.find()
    assert bridge.phase is Phase.IDLE
    assert bridge.pipeline is None


def test_cameras_are_listed_without_waiting_for_them(bridge, qtbot, monkeypatch):
    from handtrack.sources import camera_list

    release = threading.Event()
    camera = camera_list.CameraDescription(0, "Front", "front", "V4L2")

    def slow_list() -> list[camera_list.CameraDescription]:
        release.wait(10)
        return [camera]

    monkeypatch.setattr(camera_list, "list_cameras", slow_list)
    bridge.cameras.find()
    assert not release.is_set(), "the call came back while the search goes on"
    with qtbot.waitSignal(bridge.cameras.found, timeout=10_000) as signal:
        release.set()
    assert signal.args == [[camera]]


def test_a_result_is_shown_without_waiting_for_the_timer(qtbot, plain_clip, tracker_loads, end_of_loading):
    bridge = Bridge(load_settings())
    with qtbot.waitSignal(bridge.result_ready, timeout=60_000):
        bridge.open(plain_clip)
    qtbot.waitUntil(lambda: bridge.phase is Phase.RUNNING)
    bridge.sources._timer.stop()
    with qtbot.waitSignals([bridge.result_ready] * 3, timeout=60_000):
        pass
    bridge.sources._timer.start()
    bridge.shut_down()


def test_results_faster_than_the_window_refreshes_are_left_to_its_timer(
    qtbot, plain_clip, tracker_loads, end_of_loading
):
    bridge = Bridge(load_settings(overrides=["window.refresh_hz=2"]))
    shown: list[float] = []
    bridge.result_ready.connect(lambda result: shown.append(time.monotonic()))
    bridge.open(plain_clip)
    qtbot.waitUntil(lambda: len(shown) >= 4, timeout=60_000)
    bridge.shut_down()
    assert min(later - earlier for earlier, later in itertools.pairwise(shown)) > 0.4


def test_a_file_is_recorded_once_through_with_every_frame_tracked(bridge, qtbot, plain_clip, settings):
    told: list[RecordingProgress] = []
    bridge.recording_changed.connect(told.append)
    bridge.open(plain_clip)
    qtbot.waitUntil(lambda: bridge.phase is Phase.RUNNING, timeout=60_000)
    qtbot.waitUntil(lambda: bridge.pipeline.stats().tracked > 10, timeout=20_000)
    assert bridge.start_recording()
    assert bridge.recording
    qtbot.waitUntil(lambda: bool(told) and not told[-1].active, timeout=60_000)

    (folder,) = settings.recording.folder.iterdir()
    session = read_session(folder)
    manifest = session.manifest

    assert bridge.phase is Phase.ENDED
    assert [record.index for record in session.records()] == list(range(30))
    assert (manifest.dropped, manifest.untracked, manifest.missed, manifest.losses) == (0, 0, 0, ())
    assert manifest.ended == "the source ended"
    assert manifest.duration == pytest.approx(29 / 30)
    assert (told[-1].frames, told[-1].losses, told[-1].failed) == (30, (), False)
    assert told[-1].seconds == pytest.approx(manifest.duration)


def test_stopping_holds_while_one_source_gives_way_to_another(bridge, qtbot, plain_clip, labelled_clip):
    phases: list[Phase] = []
    bridge.open(plain_clip)
    qtbot.waitUntil(lambda: bridge.phase is Phase.RUNNING, timeout=60_000)
    bridge.open(str(labelled_clip))
    assert bridge.phase is Phase.STOPPING
    bridge.phase_changed.connect(phases.append)
    bridge.stop()
    qtbot.waitUntil(lambda: not bridge.closing, timeout=60_000)
    qtbot.wait(200)
    assert phases == [Phase.STOPPED]
    bridge.start()
    qtbot.waitUntil(lambda: bridge.phase is Phase.RUNNING, timeout=60_000)
    assert bridge.source_spec == str(labelled_clip), "what was chosen last is what is started again"


def other_source(bridge: Bridge, clip: str) -> None:
    bridge.open(DEMO_CLIP)


def no_source(bridge: Bridge, clip: str) -> None:
    bridge.stop()


def no_recording(bridge: Bridge, clip: str) -> None:
    bridge.stop_recording()


def file_gone(bridge: Bridge, clip: str) -> None:
    Path(clip).unlink()


@pytest.mark.parametrize("prevented", [other_source, no_source, no_recording, file_gone])
def test_a_recording_that_does_not_come_is_not_told_as_running(
    bridge, qtbot, plain_clip, tmp_path, prevented
):
    told: list[RecordingProgress] = []
    bridge.recording_changed.connect(told.append)
    clip = shutil.copy(plain_clip, tmp_path / "clip.mp4")
    bridge.open(str(clip))
    qtbot.waitUntil(lambda: bridge.phase is Phase.RUNNING, timeout=60_000)
    assert bridge.start_recording()
    assert told[-1].active, "the file is going to be played from its start"
    prevented(bridge, clip)
    qtbot.waitUntil(lambda: not bridge.closing, timeout=60_000)
    assert (told[-1].active, told[-1].frames) == (False, 0)
    assert not bridge.recording
    assert not told[-1].folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="an open folder cannot be deleted there")
def test_a_recording_that_failed_is_not_told_as_saved(bridge, qtbot, labelled_clip, settings):
    told: list[RecordingProgress] = []
    bridge.recording_changed.connect(told.append)
    bridge.open(str(labelled_clip))
    qtbot.waitUntil(lambda: bridge.phase is Phase.RUNNING, timeout=60_000)
    assert bridge.start_recording()
    qtbot.waitUntil(lambda: told[-1].frames > 5, timeout=60_000)
    (folder,) = settings.recording.folder.iterdir()
    with qtbot.waitSignal(bridge.failed, timeout=20_000) as signal:
        (folder / "video.mkv").unlink()

    assert "video.mkv vanished" in signal.args[0]
    qtbot.waitUntil(lambda: not told[-1].active, timeout=20_000)
    assert told[-1].failed
