from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from handtrack.hand import Frame
from handtrack.sources.base import SourceInfo
from handtrack.sources.once_through import OnceThrough
from handtrack.sources.video import VideoSource


class Frames:
    """Frames at the given presentation times."""

    def __init__(self, times: list[float]) -> None:
        self._times = list(enumerate(times))
        self.closed = False

    def open(self) -> SourceInfo:
        return SourceInfo("times", 4, 4, 30.0, len(self._times), False, "")

    def read(self) -> Frame | None:
        if not self._times:
            return None
        index, moment = self._times.pop(0)
        return Frame(np.zeros((4, 4, 3), np.uint8), moment, index)

    def close(self) -> None:
        self.closed = True

    def losses(self) -> tuple[str, ...]:
        return ("two frames",)


def test_frames_come_when_they_are_due_and_not_before():
    source = OnceThrough(Frames([5.0, 5.02, 5.1]))
    source.open()

    frames = [source.read() for _ in range(4)]
    arrived = time.monotonic()

    assert frames[3] is None
    times = [frame.timestamp for frame in frames[:3] if frame is not None]
    assert np.diff(times) == pytest.approx([0.02, 0.08])
    assert arrived >= times[-1]
    assert source.losses() == ("two frames",)


def test_a_slow_reader_gets_every_frame_with_the_times_of_the_file():
    source = OnceThrough(Frames([0.0, 0.1, 0.2, 3600.0]))
    first = source.read()
    time.sleep(0.7)  # more than playing in real time would make up for

    second, third = source.read(), source.read()

    assert first is not None
    assert second is not None
    assert third is not None
    assert second.timestamp - first.timestamp == pytest.approx(0.1)
    assert third.timestamp - first.timestamp == pytest.approx(0.2)
    assert [first.index, second.index, third.index] == [0, 1, 2]


def test_closing_ends_the_waiting():
    inner = Frames([0.0, 3600.0])
    source = OnceThrough(inner)
    source.read()
    closing = threading.Timer(0.05, source.close)
    closing.start()

    assert source.read() is None
    closing.join()
    assert inner.closed


def test_a_video_is_given_whole(counting_clip):
    source = OnceThrough(VideoSource(counting_clip, realtime=False, loop=False))
    info = source.open()
    frames = [source.read() for _ in range(5)]
    source.close()

    assert info.frame_count == 493
    assert [frame.index for frame in frames if frame is not None] == [0, 1, 2, 3, 4]
