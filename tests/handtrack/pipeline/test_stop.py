"""A stop is clean and takes at most two seconds, whatever the pipeline is doing."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from handtrack.pipeline import Pipeline, PipelineState

WITHIN = 2.0


def wait_until(condition: Callable[[], bool], timeout: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return condition()


def threads_of_pipelines() -> list[str]:
    names = (thread.name for thread in threading.enumerate())
    return [name for name in names if name in ("handtrack-capture", "handtrack-tracking")]


def stop_in_time(pipeline: Pipeline) -> bool:
    started = time.monotonic()
    ended = pipeline.stop()
    assert time.monotonic() - started < WITHIN + 0.2
    return ended


def stop_cleanly(pipeline: Pipeline, state: PipelineState = PipelineState.STOPPED) -> None:
    assert stop_in_time(pipeline)
    assert pipeline.state is state
    assert threads_of_pipelines() == []


def test_before_it_was_started(make_pipeline, image_source, tracker):
    pipeline = make_pipeline(image_source(), wait_for_tracking=False)
    stop_cleanly(pipeline)
    with pytest.raises(RuntimeError):
        pipeline.start()


def test_right_after_it_was_started(make_pipeline, image_source, tracker):
    for _ in range(20):
        pipeline = make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=False)
        tracker.closed = False
        pipeline.start()
        stop_cleanly(pipeline)


@pytest.mark.parametrize("wait_for_tracking", [True, False])
def test_while_it_runs(make_pipeline, image_source, tracker, wait_for_tracking):
    pipeline = make_pipeline(
        image_source(realtime=True, loop=True, fps=500), wait_for_tracking=wait_for_tracking
    )
    pipeline.start()
    assert wait_until(lambda: len(tracker.seen) > 5)
    stop_cleanly(pipeline)
    assert tracker.closed


def test_while_the_capture_waits_for_a_frame_to_be_due(make_pipeline, image_source, tracker):
    pipeline = make_pipeline(image_source(realtime=True, fps=0.01), wait_for_tracking=False)
    pipeline.start()
    assert wait_until(lambda: len(tracker.seen) == 1)
    stop_cleanly(pipeline)


def test_while_the_capture_waits_for_a_slow_tracker(make_pipeline, image_source, tracker):
    tracker.seconds_per_frame = 0.5
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    pipeline.start()
    assert wait_until(lambda: tracker.busy.is_set() and pipeline.stats().captured == 3)
    stop_cleanly(pipeline)


def test_while_a_consumer_that_must_not_lose_anything_is_full(make_pipeline, image_source, tracker):
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    subscription = pipeline.subscribe(2)
    pipeline.start()
    assert wait_until(lambda: len(tracker.seen) == 3)
    time.sleep(0.05)
    stop_cleanly(pipeline)
    assert [result.frame.index for result in subscription] == [0, 1, 2], "what was tracked is delivered"
    assert pipeline.stats().tracked == 3


def test_while_the_tracker_loads(make_pipeline, image_source, tracker, caplog):
    tracker.loading.clear()
    pipeline = make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=False)
    subscription = pipeline.subscribe(2)
    pipeline.start()
    assert wait_until(lambda: pipeline.source_info is not None)
    assert not stop_in_time(pipeline), "loading cannot be interrupted"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert pipeline.state is PipelineState.STOPPED
    assert subscription.get(timeout=1) is None
    assert threads_of_pipelines() == ["handtrack-tracking"]
    tracker.loading.set()
    assert pipeline.join(2)
    assert tracker.closed
    assert tracker.seen == []


def test_while_a_frame_takes_too_long(make_pipeline, image_source, tracker, caplog):
    tracker.seconds_per_frame = 0.5
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    pipeline.start()
    assert wait_until(tracker.busy.is_set)
    assert not pipeline.stop(timeout=0.05)
    assert "the thread handtrack-tracking is still busy" in caplog.text
    assert pipeline.join(2)


def test_after_the_end(make_pipeline, image_source):
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    pipeline.start()
    assert wait_until(lambda: pipeline.state is PipelineState.ENDED)
    stop_cleanly(pipeline, PipelineState.ENDED)


def test_after_the_source_failed(make_pipeline, looping_video, tracker):
    source, path = looping_video
    path.unlink()
    pipeline = make_pipeline(source, wait_for_tracking=True)
    pipeline.start()
    assert wait_until(lambda: pipeline.state is PipelineState.FAILED)
    stop_cleanly(pipeline, PipelineState.FAILED)
    assert pipeline.error is not None


def test_after_the_tracker_failed(make_pipeline, image_source, tracker):
    tracker.fails = lambda index: True
    pipeline = make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=False)
    pipeline.start()
    assert wait_until(lambda: pipeline.state is PipelineState.FAILED)
    stop_cleanly(pipeline, PipelineState.FAILED)


@pytest.mark.parametrize("pictures", [0, 3], ids=["before its first picture", "after some pictures"])
def test_while_a_camera_blocks(make_pipeline, hanging_camera, pictures):
    pipeline = make_pipeline(hanging_camera(pictures), wait_for_tracking=False)
    pipeline.start()
    assert wait_until(lambda: pictures == 0 or pipeline.stats().captured > 0)
    time.sleep(0.1)
    stop_cleanly(pipeline)


def test_while_a_video_is_decoded(make_pipeline, looping_video, tracker):
    source, _ = looping_video
    pipeline = make_pipeline(source, wait_for_tracking=False)
    pipeline.start()
    assert wait_until(lambda: len(tracker.seen) > 20)
    stop_cleanly(pipeline)


def test_twice_and_from_two_threads(make_pipeline, image_source, tracker):
    pipeline = make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=False)
    pipeline.start()
    assert wait_until(lambda: len(tracker.seen) > 2)
    other = threading.Thread(target=pipeline.stop)
    other.start()
    stop_cleanly(pipeline)
    other.join(WITHIN)
    assert not other.is_alive()
    stop_cleanly(pipeline)


def test_leaving_the_with_block_stops(make_pipeline, image_source, tracker):
    with make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=False) as pipeline:
        assert wait_until(lambda: len(tracker.seen) > 2)
    assert pipeline.state is PipelineState.STOPPED
    assert threads_of_pipelines() == []


def test_a_program_that_ends_while_the_tracker_loads_ends_in_order(images):
    code = f"""
import time
from pathlib import Path
from handtrack.pipeline import Pipeline
from handtrack.sources.images import ImageSource
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport

class Tracker:
    def close(self):
        print("closed")

def load():
    time.sleep(1.5)
    print("loaded")
    return Tracker()

source = PlayedSource(ImageSource(Path({str(images)!r}), fps=100), Transport())
pipeline = Pipeline(source, load, wait_for_tracking=False)
pipeline.start()
print(pipeline.stop(timeout=0.3))
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0
    assert finished.stdout.split() == ["False", "loaded", "closed"]
