"""Real files as sources, a double of the tracker that is slow or fails at will, and a camera that hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.config import CameraSettings
from handtrack.hand import Frame, FrameResult
from handtrack.pipeline import Pipeline
from handtrack.sources.base import Source
from handtrack.sources.camera import CameraSource
from handtrack.sources.camera_list import CameraDescription
from handtrack.sources.images import ImageSource
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport
from handtrack.sources.video import VideoSource
from tests.plain_video import write_plain_video


class TrackerDouble:
    """Stands in for HandTracker: takes its time, fails where it is told to, and notes what it was given.

    loading: set it to let the loading finish. fails: frame indices on which it raises.
    """

    def __init__(self) -> None:
        self.gate_threshold = 0.5
        self.max_hands = 2
        self.smoothing = True
        self.max_iterations = 4
        self.seconds_per_frame = 0.0
        self.fails: Callable[[int], bool] = lambda index: False
        self.load_error: Exception | None = None
        self.loading = threading.Event()
        self.loading.set()
        self.busy = threading.Event()
        self.loaded_in: str | None = None
        self.seen: list[int] = []
        self.thresholds: list[float] = []
        self.closed = False

    def load(self) -> TrackerDouble:
        self.loading.wait()
        self.loaded_in = threading.current_thread().name
        if self.load_error is not None:
            raise self.load_error
        return self

    def process_frame(self, frame: Frame) -> FrameResult:
        assert not self.closed
        self.busy.set()
        time.sleep(self.seconds_per_frame)
        self.seen.append(frame.index)
        self.thresholds.append(self.gate_threshold)
        if self.fails(frame.index):
            raise RuntimeError(f"matrix of frame {frame.index}\nis singular")
        return FrameResult(frame, (), frame.index % 4 == 0, self.gate_threshold, 4)

    def close(self) -> None:
        self.closed = True


class HangingCapture:
    """A camera whose driver gives a few pictures, and then does not return from a read."""

    def __init__(self, pictures: int, let_go: threading.Event) -> None:
        self._pictures = pictures
        self._let_go = let_go

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def grab(self) -> bool:
        self._pictures -= 1
        if self._pictures < 0:
            self._let_go.wait()
        return True

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, np.full((48, 64, 3), self._pictures % 251, np.uint8)

    def get(self, prop: int) -> float:
        return 0.0

    def set(self, prop: int, value: float) -> bool:
        return False

    def release(self) -> None:
        pass


@pytest.fixture
def tracker() -> Iterator[TrackerDouble]:
    """A tracker that is quick and never fails, unless the test changes that."""
    double = TrackerDouble()
    yield double
    double.loading.set()


@pytest.fixture
def hanging_camera() -> Iterator[Callable[[int], CameraSource]]:
    """Function that makes a camera which hangs after so many pictures."""
    let_go = threading.Event()

    def make(pictures: int) -> CameraSource:
        description = CameraDescription(0, "Hanging", "hanging", "V4L2")
        return CameraSource(
            0,
            CameraSettings(stale_after=60),
            open_device=lambda index, api: HangingCapture(pictures, let_go),
            cameras=lambda: [description],
        )

    yield make
    let_go.set()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder of twelve small images."""
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(12):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((24, 32, 3), number, np.uint8))
    return folder


@pytest.fixture
def image_source(images: Path) -> Callable[..., Source]:
    """Function that makes a source of the twelve images."""

    def make(*, realtime: bool = False, loop: bool = False, fps: float = 200.0) -> Source:
        source = ImageSource(images, fps=fps)
        return PlayedSource(source, Transport(loop=loop), ends=not loop) if realtime or loop else source

    return make


@pytest.fixture
def looping_video(tmp_path: Path) -> tuple[PlayedSource, Path]:
    """A source that plays a short video again and again, and the path of the video."""
    path = write_plain_video(tmp_path / "short.mkv", frames=6, step=40, size=(64, 48), fps=30)
    return PlayedSource(VideoSource(path), Transport(loop=True)), path


@pytest.fixture
def make_pipeline(tracker: TrackerDouble) -> Iterator[Callable[..., Pipeline]]:
    """Function that makes a pipeline with the tracker double; stopped after the test."""
    pipelines: list[Pipeline] = []

    def make(source: Source, *, wait_for_tracking: bool) -> Pipeline:
        pipeline = Pipeline(source, tracker.load, wait_for_tracking=wait_for_tracking)
        pipelines.append(pipeline)
        return pipeline

    yield make
    for pipeline in pipelines:
        pipeline.stop()
