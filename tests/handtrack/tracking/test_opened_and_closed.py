"""A tracker meets frames of every kind; many trackers and pipelines in one process leave nothing behind."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack import HandTracker
from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sources.images import ImageSource

OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture(scope="module")
def tracker(hand_bundle):
    with HandTracker.load(max_hands=1) as tracker:
        tracker.detect(np.zeros((48, 64, 3), np.uint8))  # MediaPipe's thread begins here, in no test
        yield tracker


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((48, 64), np.uint16),
        np.zeros((48, 64, 3), np.uint16),
        np.full((48, 64, 3), np.nan, np.float32),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((48, 64, 3), np.complex64),
    ],
    ids=["grey 16 bit", "16 bit", "NaN", "empty", "complex"],
)
def test_a_picture_that_is_none_is_refused_and_the_next_one_is_tracked(tracker, picture):
    with pytest.raises(ValueError, match="picture must be"):
        tracker.process(picture, timestamp=0.0)

    assert tracker.process(np.zeros((48, 64, 3), np.uint8), timestamp=0.1).hands == ()


def test_frames_that_repeat_come_late_or_change_size_have_defined_results(tracker, counting_clip):
    capture = cv2.VideoCapture(str(counting_clip))
    image = capture.read()[1]
    half = cv2.resize(image, None, fx=0.5, fy=0.5)
    frames = [(image, 0.0), (image, 0.0), (image, 0.1), (half, 0.2), (image, 0.15), (image, 90.0)]

    for picture, timestamp in frames:
        hands = tracker.process(picture, timestamp).hands
        height, width = picture.shape[:2]
        assert len(hands) == 1 or picture is half
        for hand in hands:
            assert np.isfinite(hand.joints_3d).all()
            assert ((hand.joints_2d > 0) & (hand.joints_2d < (width, height))).all()


def resources() -> tuple[int, int]:
    """Threads and open files of this process."""
    gc.collect()
    return threading.active_count(), len(list(OPEN_FILES.iterdir()))


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="this system does not list a process's open files")
def test_many_trackers_leave_no_threads_and_no_files(hand_bundle, compiled_afresh):
    def once() -> None:
        with HandTracker.load(max_hands=1) as tracker:
            tracker.process(np.zeros((48, 64, 3), np.uint8), timestamp=0.0)

    once()
    before = resources()
    for _ in range(3):
        once()

    assert resources() <= before


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="this system does not list a process's open files")
def test_many_pipelines_leave_no_threads_and_no_files(tmp_path, tracker):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.zeros((48, 64, 3), np.uint8))

    class Kept:
        """The one tracker, which no pipeline closes."""

        def __getattr__(self, name):
            return (lambda: None) if name == "close" else getattr(tracker, name)

    def once() -> None:
        source = ImageSource(tmp_path, fps=30.0)
        pipeline = Pipeline(source, lambda: Kept(), wait_for_tracking=True)
        pipeline.start()
        assert pipeline.join(60)
        assert pipeline.state is PipelineState.ENDED

    once()
    before = resources()
    for _ in range(8):
        once()

    assert resources() <= before
