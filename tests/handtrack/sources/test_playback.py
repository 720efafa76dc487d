"""The clock by which files are played."""

from __future__ import annotations

import threading
import time

import pytest

from handtrack.sources.playback import PlaybackClock


def test_times_that_jump_back_within_a_file_go_on_rising():
    clock = PlaybackClock(realtime=False, closed=threading.Event())
    stamps = [clock.stamp(moment, 0.1) for moment in (5.0, 5.1, 0.0, 0.1, 0.1, 0.2)]
    assert stamps == pytest.approx([5.0, 5.1, 5.2, 5.3, 5.4, 5.5])


def test_a_gap_in_the_times_is_kept():
    clock = PlaybackClock(realtime=False, closed=threading.Event())
    assert [clock.stamp(moment, 0.1) for moment in (0.0, 7.0)] == [0.0, 7.0]


def test_realtime_starts_at_the_present_moment_wherever_the_file_starts():
    clock = PlaybackClock(realtime=True, closed=threading.Event())
    before = time.monotonic()
    stamp = clock.stamp(3600.0, 0.1)
    assert stamp is not None
    assert before <= stamp <= time.monotonic()
