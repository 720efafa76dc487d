"""A file gone back in shows each frame as it was tracked."""

from __future__ import annotations

import numpy as np

from app.model.remembering import RememberingTracker
from handtrack.hand import Frame, FrameResult
from handtrack.sources.transport import Transport
from tests.app.sample_results import sample_hand


class CountingTracker:
    """Finds a hand whose identity is the number of the call."""

    gate_threshold, max_hands, smoothing, max_iterations = 0.5, 2, True, 4
    weights_sha256 = "abc"

    def __init__(self) -> None:
        self.calls = 0
        self.closed = False

    def process_frame(self, frame: Frame) -> FrameResult:
        self.calls += 1
        return FrameResult(frame, (sample_hand(track_id=self.calls),), False, self.gate_threshold, 4)

    def close(self) -> None:
        self.closed = True


def frame(place: float) -> Frame:
    return Frame(np.full((4, 4, 3), 7, np.uint8), 100 + place, 0, position=place)


def test_only_while_it_is_paused_a_known_frame_is_as_it_was():
    inner, transport = CountingTracker(), Transport()
    tracker = RememberingTracker(inner, transport)
    for place in (0.0, 0.1, 0.2):
        tracker.process_frame(frame(place))
    transport.pause()
    again = frame(0.1)
    result = tracker.process_frame(again)
    assert result.hands[0].track_id == 2
    assert result.frame is again
    assert tracker.process_frame(frame(0.3)).hands[0].track_id == 4, "an unknown one is tracked"
    transport.play()
    assert tracker.process_frame(frame(0.1)).hands[0].track_id == 5
    transport.pause()
    assert tracker.process_frame(frame(0.1)).hands[0].track_id == 5, "and known as it was last"


def test_what_is_set_otherwise_is_tracked_anew():
    inner, transport = CountingTracker(), Transport()
    tracker = RememberingTracker(inner, transport)
    transport.pause()
    for name, value in (("gate_threshold", 0.9), ("max_hands", 1), ("smoothing", False)):
        before = tracker.process_frame(frame(0.0)).hands[0].track_id
        assert tracker.process_frame(frame(0.0)).hands[0].track_id == before
        setattr(tracker, name, value)
        assert getattr(inner, name) == getattr(tracker, name) == value
        assert tracker.process_frame(frame(0.0)).hands[0].track_id == before + 1
    assert tracker.weights_sha256 == "abc"
    assert tracker.max_iterations == 4
    tracker.close()
    assert inner.closed
