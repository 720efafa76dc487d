"""Who lost what: counted while recording, and said in the same words everywhere."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from handtrack.hand import Frame, FrameResult, read_only
from handtrack.pipeline import Pipeline
from handtrack.sessions import LiveRecorder, read_session
from handtrack.sessions.losses import LostFrames
from handtrack.sources.base import SourceInfo

PATIENCE = 10.0


class Source:
    """Gives numbered frames at once; waits before those of which it is told, and may fail at its end."""

    def __init__(self, numbers: list[int], *, before: dict[int, threading.Event], error: str = "") -> None:
        self._numbers, self._before, self._error = iter(numbers), before, error
        self._closed = threading.Event()

    def open(self) -> SourceInfo:
        return SourceInfo("numbers", 64, 48, 30.0, None, True, "made up")

    def read(self) -> Frame | None:
        number = next(self._numbers, None)
        if number is None and self._error:
            raise OSError(self._error)
        if number is None or self._closed.is_set():
            return None
        if number in self._before:
            self._before[number].wait(PATIENCE)
        return Frame(read_only(np.full((48, 64, 3), number, np.uint8)), number / 30, number)

    def close(self) -> None:
        self._closed.set()

    def losses(self) -> tuple[str, ...]:
        return ("the cable is loose",)


class Tracker:
    """Takes its time over some frames and fails on others."""

    gate_threshold = 0.5
    max_hands = 1
    smoothing = True
    max_iterations = 4

    def __init__(self, slow: dict[int, threading.Event], fails: set[int]) -> None:
        self._slow, self._fails = slow, fails
        self.begun: set[int] = set()

    def process_frame(self, frame: Frame) -> FrameResult:
        self.begun.add(frame.index)
        if frame.index in self._slow:
            self._slow[frame.index].wait(PATIENCE)
        if frame.index in self._fails:
            raise ZeroDivisionError("no depth")
        return FrameResult(frame, (), False, 0.5, 4)

    def close(self) -> None:
        pass


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_each_lost_frame_is_counted_once_by_who_lost_it(tmp_path, settings):
    # 3 and 4 are lost before they are read; the tracker is busy with 5 while 6 to 10 come, of which four wait
    # for it; it fails on 11.
    go_on = threading.Event()
    numbers = [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12]
    steps = {number: threading.Event() for number in (1, 2, 5, 6, 11, 12)}
    tracker = Tracker({5: go_on}, {11})
    pipeline = Pipeline(Source(numbers, before=steps), lambda: tracker, wait_for_tracking=False)
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    with pipeline:
        for number, before in ((1, 0), (2, 1), (5, 2), (6, 5)):
            wait_until(lambda before=before: before in tracker.begun)
            steps[number].set()
        wait_until(lambda: pipeline.stats().dropped == 1)
        go_on.set()
        for number, before in ((11, 10), (12, 11)):
            wait_until(lambda before=before: before in tracker.begun)
            steps[number].set()
        wait_until(lambda: not recorder.running)

    session = read_session(tmp_path / "s")
    manifest = session.manifest

    assert [record.index for record in session.records()] == [0, 1, 2, 5, 7, 8, 9, 10, 12]
    assert recorder.lost == LostFrames(recorder=0, untracked=1, failed=1, source=2)
    assert (manifest.dropped, manifest.untracked, manifest.failed, manifest.missed) == (0, 1, 1, 2)
    assert recorder.losses == (
        "1 frame never tracked (replaced by newer ones)",
        "1 frame failed in the tracker",
        "2 frames lost by the source",
        "the cable is loose",
    )


def test_what_the_pipeline_loses_before_and_after_a_recording_is_not_its_loss(tmp_path, settings):
    steps = {number: threading.Event() for number in (2, 3, 7, 20)}
    tracker = Tracker({}, set())
    source = Source([0, 2, 3, 7, 20], before=steps)
    pipeline = Pipeline(source, lambda: tracker, wait_for_tracking=False)
    with pipeline:
        wait_until(lambda: 0 in tracker.begun)
        steps[2].set()
        wait_until(lambda: pipeline.stats().tracked == 2)
        recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
        recorder.start()
        steps[3].set()
        wait_until(lambda: 3 in tracker.begun)
        steps[7].set()
        wait_until(lambda: recorder.frames_written == 2)
        assert recorder.stop(PATIENCE)
        steps[20].set()
        wait_until(lambda: pipeline.stats().tracked == 5)

    assert pipeline.stats().missed == 1 + 3 + 12
    assert recorder.lost == LostFrames(source=3)
    assert read_session(tmp_path / "s").manifest.missed == 3


@pytest.mark.parametrize("fails_in", ["source", "tracker"])
def test_a_recording_of_a_failed_pipeline_tells_the_error(tmp_path, settings, fails_in):
    if fails_in == "source":
        source, tracker = Source([0, 1], before={}, error="the cable broke"), Tracker({}, set())
    else:
        source, tracker = Source(list(range(200)), before={}), Tracker({}, set(range(1, 200)))
    pipeline = Pipeline(source, lambda: tracker, wait_for_tracking=True)
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    with pipeline:
        wait_until(lambda: not recorder.running)

    ended = read_session(tmp_path / "s").manifest.ended

    assert pipeline.error is not None
    assert ended == f"error: {pipeline.error}"
    assert ("the cable broke" if fails_in == "source" else "no depth") in str(ended)


def test_a_recording_that_is_stopped_because_of_an_error_still_tells_it(tmp_path, settings):
    source = Source([0, 1], before={}, error="the cable broke")
    pipeline = Pipeline(source, lambda: Tracker({}, set()), wait_for_tracking=True)
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    with pipeline:
        wait_until(lambda: pipeline.state.final)
        recorder.stop(PATIENCE)

    assert read_session(tmp_path / "s").manifest.ended == f"error: {pipeline.error}"


def test_a_recording_of_nothing_leaves_nothing_behind(tmp_path, settings):
    pipeline = Pipeline(Source([], before={}), lambda: Tracker({}, set()), wait_for_tracking=True)
    recorder = LiveRecorder(pipeline, tmp_path / "s", settings)
    recorder.start()
    with pipeline:
        wait_until(lambda: not recorder.running)

    assert not (tmp_path / "s").exists()
    assert (recorder.saved, recorder.error, recorder.frames_written) == (False, None, 0)
