from __future__ import annotations

import shutil
import sys
import threading
import time

import numpy as np
import pytest

from handtrack.config import RecordingSettings, Settings
from handtrack.errors import SessionError
from handtrack.hand import Frame, FrameResult, read_only
from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sessions import LiveRecorder, SessionRecorder, read_session, summarise
from handtrack.sources.base import SourceInfo

PATIENCE = 10.0


class Camera:
    """A camera of 500 frames a second that is not there."""

    def __init__(self, frames: int | None = None, stalls_at: int | None = None) -> None:
        self._end = frames
        self._stalls_at = stalls_at
        self.stalled = threading.Event()
        self._next = 0
        self._closed = threading.Event()

    def open(self) -> SourceInfo:
        return SourceInfo("test camera", 64, 48, 500.0, None, True, "made up")

    def read(self) -> Frame | None:
        if self._next == self._stalls_at:
            self.stalled.set()
            self._closed.wait()
        if self._next == self._end or self._closed.wait(0.002):
            return None
        self._next += 1
        image = read_only(np.full((48, 64, 3), 20 + self._next % 200, np.uint8))
        return Frame(image, time.monotonic(), self._next - 1)

    def close(self) -> None:
        self._closed.set()

    def losses(self) -> tuple[str, ...]:
        return ()


class Tracker:
    """A tracker that sees the same hand in every frame."""

    gate_threshold = 0.5
    max_hands = 1
    smoothing = True
    max_iterations = 4
    weights_sha256 = "ef" * 32

    def __init__(self, hand) -> None:
        self._hand = hand

    def process_frame(self, frame: Frame) -> FrameResult:
        return FrameResult(frame, (self._hand,), False, self.gate_threshold, 4, {"total": 1.0})

    def close(self) -> None:
        pass


@pytest.fixture
def make_pipeline(make_hand):
    """Function (frames) -> a running pipeline of that many frames, or without an end."""
    pipelines = []

    def make(frames: int | None = None) -> Pipeline:
        pipeline = Pipeline(Camera(frames), lambda: Tracker(make_hand(1)), wait_for_tracking=False)
        pipelines.append(pipeline)
        return pipeline

    yield make
    for pipeline in pipelines:
        pipeline.stop()


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_a_recording_keeps_every_result_until_it_is_stopped(tmp_path, make_pipeline, settings):
    pipeline = make_pipeline()
    pipeline.start()
    wait_until(lambda: pipeline.state is PipelineState.RUNNING)
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    wait_until(lambda: recorder.frames_written >= 30)

    assert recorder.stop(PATIENCE)

    session = read_session(tmp_path / "s")
    assert session.whole
    assert len(session) == recorder.frames_written
    assert recorder.error is None
    assert not recorder.running
    assert session.manifest.ended == "stopped"
    assert session.manifest.source is not None
    assert session.manifest.source.name == "test camera"
    assert session.manifest.weights_sha256 == "ef" * 32
    assert session.manifest.settings["recording"]["flush_interval"] == 0.05
    assert pipeline.state is PipelineState.RUNNING


def test_a_recording_ends_with_its_source(tmp_path, make_pipeline, settings):
    pipeline = make_pipeline(frames=40)
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    pipeline.start()
    wait_until(lambda: not recorder.running)

    session = read_session(tmp_path / "s")

    assert session.manifest.ended == "the source ended"
    assert len(session) + pipeline.stats().dropped == 40
    assert session.manifest.untracked == pipeline.stats().dropped
    assert recorder.saved
    assert recorder.stop()


def test_a_slow_disk_costs_counted_frames_and_never_holds_up_tracking(tmp_path, make_pipeline, monkeypatch):
    free = threading.Event()
    write = SessionRecorder.write

    def slow_write(self, result, dropped=0):
        free.wait(PATIENCE)
        write(self, result, dropped)

    monkeypatch.setattr(SessionRecorder, "write", slow_write)
    settings = Settings(recording=RecordingSettings(queue_frames=5, flush_interval=0.05))
    pipeline = make_pipeline()
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    pipeline.start()
    wait_until(lambda: recorder.frames_dropped >= 20)
    tracked = pipeline.stats().tracked
    wait_until(lambda: pipeline.stats().tracked > tracked + 20)
    free.set()
    wait_until(lambda: recorder.frames_written >= 10)
    recorder.stop(PATIENCE)

    summary = summarise(tmp_path / "s")

    assert f"{recorder.frames_dropped} frames left out by the recorder" in summary.losses
    assert summary.frames == recorder.frames_written
    assert read_session(tmp_path / "s").manifest.dropped == recorder.frames_dropped
    # Every gap in the numbers of the frames is accounted for.
    indices = [record.index for record in read_session(tmp_path / "s").records()]
    missing = indices[-1] - indices[0] + 1 - len(indices)
    lost = recorder.lost
    assert 20 <= missing <= lost.recorder + lost.untracked


@pytest.mark.skipif(sys.platform == "win32", reason="an open folder cannot be deleted there")
def test_a_failing_disk_ends_the_recording_and_nothing_else(tmp_path, make_pipeline, settings, caplog):
    pipeline = make_pipeline()
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    pipeline.start()
    wait_until(lambda: recorder.frames_written >= 5)
    shutil.rmtree(tmp_path / "s")
    wait_until(lambda: not recorder.running)
    tracked = pipeline.stats().tracked
    wait_until(lambda: pipeline.stats().tracked > tracked + 5)

    assert isinstance(recorder.error, SessionError)
    assert "hands.arrows vanished" in str(recorder.error)
    assert pipeline.state is PipelineState.RUNNING
    assert recorder.stop()
    assert [message for message in caplog.messages if "vanished" in message] == [str(recorder.error)]


def test_an_unforeseen_failure_ends_the_recording_and_nothing_else(
    tmp_path, make_pipeline, settings, monkeypatch
):
    def fail(self, result, dropped=0):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(SessionRecorder, "write", fail)
    pipeline = make_pipeline()
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    pipeline.start()
    wait_until(lambda: not recorder.running)

    assert "stopped: division by zero" in str(recorder.error)
    wait_until(lambda: pipeline.state is PipelineState.RUNNING)


def test_a_folder_that_is_taken_is_refused_before_anything_starts(tmp_path, make_pipeline, settings):
    (tmp_path / "mine.txt").write_text("")
    recorder = LiveRecorder(make_pipeline(), tmp_path, settings)

    with pytest.raises(SessionError, match="not empty"):
        recorder.start()

    assert not recorder.running
    assert recorder.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_was_seen_last_is_on_the_disk_while_a_camera_stalls(tmp_path, make_hand, settings):
    camera = Camera(stalls_at=12)
    with Pipeline(camera, lambda: Tracker(make_hand(1)), wait_for_tracking=False) as pipeline:
        recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
        recorder.start()

        def all_on_disk() -> bool:
            if not camera.stalled.is_set() or not recorder.frames_written:
                return False
            pictures = [frame.image is not None for frame in read_session(tmp_path / "s").frames()]
            return len(pictures) == recorder.frames_written and all(pictures)

        wait_until(all_on_disk)
        assert recorder.running
        recorder.stop(PATIENCE)


def test_while_it_is_paused_nothing_is_recorded_and_the_session_says_so(make_pipeline, tmp_path):
    pipeline = make_pipeline()
    pipeline.start()
    recorder = LiveRecorder(pipeline, tmp_path / "session", Settings())
    recorder.start()
    wait_until(lambda: recorder.frames_written > 20)
    recorder.pause()
    time.sleep(0.1)
    assert recorder.paused
    written = recorder.frames_written
    time.sleep(0.3)
    assert recorder.frames_written == written
    recorder.resume()
    wait_until(lambda: recorder.frames_written > written + 20)
    assert recorder.stop(PATIENCE)
    session = read_session(recorder.folder)
    assert any(loss.startswith("recording was paused once, 0.") for loss in session.manifest.losses)
    assert np.diff(session.positions()).max() > 0.25, "times are those of the camera"


def test_marks_are_on_the_disk_at_once(make_pipeline, tmp_path):
    pipeline = make_pipeline()
    recorder = LiveRecorder(pipeline, tmp_path / "session", Settings())
    assert not recorder.mark("too early")
    pipeline.start()
    recorder.start()
    wait_until(lambda: recorder.frames_written > 5)
    assert recorder.mark("first")
    wait_until(lambda: bool(read_session(recorder.folder).manifest.marks))
    assert recorder.mark()
    wait_until(lambda: len(read_session(recorder.folder).manifest.marks) == 2)
    assert recorder.stop(PATIENCE)
    first, second = read_session(recorder.folder).manifest.marks
    assert (first.name, second.name) == ("first", "")
    assert 0 <= first.seconds <= second.seconds
    assert not recorder.mark("too late")
