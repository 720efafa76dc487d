"""From frames to results: what is tracked, what is lost, what is told."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from handtrack.errors import ModelError, SourceError
from handtrack.hand import Frame
from handtrack.pipeline import Pipeline, PipelineState, Subscription
from handtrack.pipeline.tracking import MAX_FAILURES_IN_A_ROW
from handtrack.sources.base import SourceInfo
from handtrack.sources.images import ImageSource
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport


def wait_until(condition: Callable[[], bool], timeout: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return condition()


def run_to_end(pipeline: Pipeline) -> None:
    pipeline.start()
    assert pipeline.join(20)


def failure(pipeline: Pipeline) -> str:
    assert pipeline.state is PipelineState.FAILED
    message = str(pipeline.error)
    assert "\n" not in message
    return message


class BrokenSource:
    """A source with a mistake in it."""

    def __init__(self, good_frames: int) -> None:
        self._left = good_frames

    def open(self) -> SourceInfo:
        return SourceInfo("broken", 8, 8, 30.0, None, False, "")

    def read(self) -> Frame:
        self._left -= 1
        if self._left < 0:
            raise ZeroDivisionError("division\nby zero")
        return Frame(np.zeros((8, 8, 3), np.uint8), -float(self._left), 10 - self._left)

    def close(self) -> None:
        pass

    def losses(self) -> tuple[str, ...]:
        return ()


class Collector:
    """Takes every result of a subscription, in a thread of its own."""

    def __init__(self, subscription: Subscription) -> None:
        self.indices: list[int] = []
        self._subscription = subscription
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        for result in self._subscription:
            self.indices.append(result.frame.index)

    def at_the_end(self) -> list[int]:
        self._thread.join(10)
        assert not self._thread.is_alive(), "the end was never told"
        return self.indices


def test_every_frame_is_tracked_and_delivered_when_nothing_may_be_lost(make_pipeline, image_source, tracker):
    tracker.seconds_per_frame = 0.01
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    collectors = [Collector(pipeline.subscribe(size)) for size in (1, 3)]
    run_to_end(pipeline)
    assert [collector.at_the_end() for collector in collectors] == [list(range(12))] * 2
    assert pipeline.state is PipelineState.ENDED
    stats = pipeline.stats()
    assert (stats.captured, stats.tracked, stats.dropped, stats.detector_runs) == (12, 12, 0, 3)


def test_the_latest_frame_wins_when_the_tracker_is_slow(make_pipeline, image_source, tracker):
    tracker.seconds_per_frame = 0.05
    pipeline = make_pipeline(image_source(realtime=True, fps=100), wait_for_tracking=False)
    collector = Collector(pipeline.subscribe(100))
    run_to_end(pipeline)
    stats = pipeline.stats()
    seen = collector.at_the_end()
    assert stats.dropped > 0
    assert stats.captured == stats.tracked + stats.dropped == 12
    assert len(seen) == stats.tracked
    assert seen == sorted(seen)
    assert seen[-1] == 11, "the last frame is always tracked"
    assert pipeline.results.take().frame.index == 11


def test_a_lagging_consumer_loses_results_and_holds_up_nobody(make_pipeline, image_source):
    pipeline = make_pipeline(image_source(realtime=True), wait_for_tracking=False)
    lagging, keen = pipeline.subscribe(2), pipeline.subscribe(100)
    run_to_end(pipeline)
    tracked = pipeline.stats().tracked
    assert tracked > 2
    assert len(keen) == tracked
    assert len(list(lagging)) == 2
    assert lagging.dropped == tracked - 2


def test_the_window_sees_only_the_latest_result(make_pipeline, image_source):
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    run_to_end(pipeline)
    assert pipeline.results.take().frame.index == 11
    assert pipeline.results.take() is None


def test_each_result_is_told_once_it_lies_in_the_slot(image_source, tracker):
    told: list[tuple[int, str]] = []

    def note() -> None:
        result = pipeline.results.take()
        assert result is not None
        told.append((result.frame.index, str(threading.current_thread().name)))

    pipeline = Pipeline(image_source(), tracker.load, wait_for_tracking=True, on_result=note)
    run_to_end(pipeline)
    assert told == [(index, tracker.loaded_in) for index in range(12)]


def test_the_end_is_told_after_the_last_result(make_pipeline, image_source, tracker):
    tracker.seconds_per_frame = 0.02
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    subscription = pipeline.subscribe(100)
    pipeline.start()
    assert wait_until(lambda: pipeline.state is PipelineState.ENDED)
    assert len(list(subscription)) == 12
    assert pipeline.join(2)
    assert tracker.closed


def test_a_file_does_not_run_away_while_the_tracker_loads(make_pipeline, image_source, tracker):
    tracker.loading.clear()
    pipeline = make_pipeline(image_source(realtime=True, fps=50), wait_for_tracking=False)
    pipeline.start()
    assert wait_until(lambda: pipeline.source_info is not None)
    time.sleep(0.2)
    assert (pipeline.state, pipeline.tracker) == (PipelineState.STARTING, None)
    assert pipeline.stats().captured == 0
    tracker.loading.set()
    assert wait_until(lambda: pipeline.state is PipelineState.RUNNING)
    assert pipeline.tracker is tracker
    assert pipeline.join(10)
    assert tracker.seen[0] == 0


def test_the_tracker_is_made_and_used_in_the_tracking_thread(make_pipeline, image_source, tracker):
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    run_to_end(pipeline)
    assert tracker.loaded_in == "handtrack-tracking"


def test_settings_made_before_and_after_loading_reach_the_tracker(make_pipeline, image_source, tracker):
    tracker.loading.clear()
    pipeline = make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=False)
    pipeline.start()
    pipeline.configure(gate_threshold=0.9, max_hands=1)
    pipeline.configure(smoothing=False)
    tracker.loading.set()
    assert wait_until(lambda: len(tracker.seen) > 3)
    assert (tracker.thresholds[0], tracker.max_hands, tracker.smoothing) == (0.9, 1, False)
    pipeline.configure(gate_threshold=0.0)
    count = len(tracker.seen)
    assert wait_until(lambda: len(tracker.seen) > count + 2)
    assert tracker.thresholds[-1] == 0.0
    assert tracker.max_hands == 1
    assert pipeline.stop()


def test_rates_follow_the_source(make_pipeline, image_source):
    with make_pipeline(image_source(realtime=True, loop=True, fps=50), wait_for_tracking=False) as pipeline:
        assert wait_until(lambda: pipeline.stats().captured >= 60)
        stats = pipeline.stats()
    assert 0 < stats.tracking_fps <= stats.capture_fps + 1 < 120
    assert pipeline.state is PipelineState.STOPPED


def test_timestamps_of_a_file_in_real_time_are_those_of_the_monotonic_clock(make_pipeline, image_source):
    before = time.monotonic()
    pipeline = make_pipeline(image_source(realtime=True), wait_for_tracking=False)
    run_to_end(pipeline)
    assert before < pipeline.results.take().frame.timestamp < time.monotonic()


def test_a_source_that_cannot_be_opened_ends_in_its_error(make_pipeline, tmp_path, tracker):
    pipeline = make_pipeline(PlayedSource(ImageSource(tmp_path, fps=5), Transport()), wait_for_tracking=False)
    subscription = pipeline.subscribe(5)
    run_to_end(pipeline)
    assert "is empty" in failure(pipeline)
    assert isinstance(pipeline.error, SourceError)
    assert subscription.get(timeout=1) is None
    assert tracker.closed


def test_a_bad_source_is_told_at_once_although_the_tracker_still_loads(make_pipeline, tmp_path, tracker):
    tracker.loading.clear()
    pipeline = make_pipeline(PlayedSource(ImageSource(tmp_path, fps=5), Transport()), wait_for_tracking=False)
    subscription = pipeline.subscribe(5)
    pipeline.start()
    assert wait_until(lambda: pipeline.state is PipelineState.FAILED)
    assert subscription.get(timeout=1) is None
    tracker.loading.set()
    assert pipeline.join(5)
    assert tracker.closed


def test_a_source_that_fails_on_the_way_delivers_what_it_gave(make_pipeline, looping_video, tracker):
    source, path = looping_video
    tracker.seconds_per_frame = 0.01
    pipeline = make_pipeline(source, wait_for_tracking=True)
    collector = Collector(pipeline.subscribe(2))
    pipeline.start()
    assert wait_until(lambda: len(tracker.seen) > 2)
    path.unlink()
    assert pipeline.join(10)
    assert path.name in failure(pipeline)
    assert collector.at_the_end() == tracker.seen


def test_a_mistake_in_a_source_becomes_one_clear_sentence(make_pipeline):
    pipeline = make_pipeline(BrokenSource(3), wait_for_tracking=True)
    run_to_end(pipeline)
    assert failure(pipeline) == "the source failed unexpectedly, start it again: division by zero"
    assert pipeline.stats().tracked == 3


def test_a_tracker_that_cannot_be_loaded_ends_in_its_own_error(make_pipeline, image_source, tracker):
    tracker.load_error = ModelError("weights.safetensors is truncated; get it again")
    pipeline = make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=False)
    subscription = pipeline.subscribe(5)
    run_to_end(pipeline)
    assert pipeline.error is tracker.load_error
    assert failure(pipeline)
    assert subscription.get(timeout=1) is None


def test_a_mistake_in_loading_becomes_one_clear_sentence(make_pipeline, image_source, tracker, caplog):
    caplog.set_level(logging.DEBUG)
    tracker.load_error = RuntimeError("no such\noperator")
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    run_to_end(pipeline)
    assert failure(pipeline) == "the tracker could not be loaded: no such operator"
    [record] = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.DEBUG, "the traceback is there for those who look for it"


def test_a_frame_on_which_the_tracker_fails_is_passed_over_and_counted(
    make_pipeline, image_source, tracker, caplog
):
    tracker.fails = lambda index: index in (3, 4, 8)
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    collector = Collector(pipeline.subscribe(5))
    run_to_end(pipeline)
    assert pipeline.state is PipelineState.ENDED
    assert collector.at_the_end() == [0, 1, 2, 5, 6, 7, 9, 10, 11]
    stats = pipeline.stats()
    assert (stats.captured, stats.tracked, stats.failed, stats.dropped) == (12, 9, 3, 0)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == [
        "the tracker failed on frame 3: matrix of frame 3 is singular",
        "the tracker failed on frame 8: matrix of frame 8 is singular",
    ]


def test_a_tracker_that_only_fails_ends_the_pipeline(make_pipeline, image_source, tracker):
    tracker.fails = lambda index: index >= 2
    pipeline = make_pipeline(image_source(realtime=True, loop=True), wait_for_tracking=True)
    collector = Collector(pipeline.subscribe(5))
    run_to_end(pipeline)
    assert failure(pipeline).startswith(
        f"the tracker failed on {MAX_FAILURES_IN_A_ROW} frames in a row: matrix"
    )
    assert collector.at_the_end() == [0, 1]
    assert len(tracker.seen) == 2 + MAX_FAILURES_IN_A_ROW
    assert tracker.closed


def test_a_pipeline_cannot_be_started_again(make_pipeline, image_source):
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    run_to_end(pipeline)
    with pytest.raises(RuntimeError, match="again"):
        pipeline.start()


def test_the_first_final_state_stays(make_pipeline, image_source):
    pipeline = make_pipeline(image_source(), wait_for_tracking=True)
    run_to_end(pipeline)
    assert pipeline.stop()
    assert pipeline.state is PipelineState.ENDED
    assert pipeline.error is None
