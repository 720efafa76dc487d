"""Timestamps of files."""

from __future__ import annotations

import pytest

from handtrack.sources.rising_times import RisingTimes


def test_times_that_jump_back_within_a_file_go_on_rising():
    times = RisingTimes()
    stamps = [times.stamp(moment, 0.1) for moment in (5.0, 5.1, 0.0, 0.1, 0.1, 0.2)]
    assert stamps == pytest.approx([5.0, 5.1, 5.2, 5.3, 5.4, 5.5])


def test_a_gap_in_the_times_is_kept():
    times = RisingTimes()
    assert [times.stamp(moment, 0.1) for moment in (0.0, 7.0)] == [0.0, 7.0]
