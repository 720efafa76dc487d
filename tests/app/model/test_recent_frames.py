"""The last seconds of a camera, and going back in them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from app.model.deck import CameraDeck
from app.model.recent_frames import RecentFrames
from handtrack.hand import FrameResult
from tests.app.sample_results import sample_hand, sample_image, sample_result


@pytest.fixture
def recent() -> Iterator[RecentFrames]:
    made = RecentFrames(10.0)
    yield made
    made.close()
    made.wait(5)


def frame(number: int, size: tuple[int, int] = (640, 480)) -> FrameResult:
    return sample_result((sample_hand(),), index=number, image=sample_image(*size, grey=10 + number % 200))


def fill(recent: RecentFrames, count: int, size: tuple[int, int] = (640, 480)) -> None:
    """Add frames as fast as they are kept."""
    for number in range(count):
        expected = len(recent.moments()) + 1
        recent.add(frame(number, size))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not _has(recent, number, expected):
            time.sleep(0.001)


def _has(recent: RecentFrames, number: int, expected: int) -> bool:
    moments = recent.moments()
    return len(moments) > 0 and abs(moments[-1] - number / 30) < 1e-9 and len(moments) <= expected


def test_frames_are_kept_with_their_hands_and_pictures(recent):
    fill(recent, 20)
    assert recent.moments() == pytest.approx(np.arange(20) / 30)
    result = recent.at(7)
    assert result is not None
    assert result.frame.image.shape == (480, 640, 3)
    assert np.abs(result.frame.image.astype(int) - 17).max() <= 2
    assert len(result.hands) == 1
    assert recent.at(20) is None
    assert recent.at(-1) is None


def test_large_pictures_are_kept_smaller_and_shown_in_their_size(recent):
    fill(recent, 2, size=(1920, 1080))
    result = recent.at(1)
    assert result is not None
    assert result.frame.image.shape == (1080, 1920, 3)


def test_only_the_last_seconds_are_kept_and_no_more_than_fits():
    recent = RecentFrames(0.5)
    fill(recent, 40)
    assert recent.moments() == pytest.approx(np.arange(24, 40) / 30)
    recent.close()
    small = RecentFrames(100.0, most_bytes=20_000)
    fill(small, 40)
    assert 1 <= len(small.moments()) < 40
    small.close()


def test_a_machine_without_time_keeps_fewer_frames_and_waits_for_none(recent):
    began = time.monotonic()
    for number in range(300):
        recent.add(frame(number, (1920, 1080)))
    assert time.monotonic() - began < 5
    assert len(recent.moments()) < 300


def test_paused_a_camera_is_gone_through_and_live_again(recent):
    deck = CameraDeck(recent)
    for number in range(30):
        expected = len(recent.moments()) + 1
        assert deck.note(frame(number))
        while not _has(recent, number, expected):
            time.sleep(0.001)
    assert deck.state.playing
    deck.pause()
    assert not deck.note(frame(99)), "what the camera sees meanwhile is not shown"
    assert deck.take() is None, "the frame on the screen stays"
    deck.step(-3)
    shown = deck.take()
    assert shown is not None
    assert shown.frame.index == 26
    assert deck.state.position == pytest.approx(26 / 30)
    deck.step(-1)
    deck.step(-1)
    shown = deck.take()
    assert shown is not None
    assert shown.frame.index == 24
    deck.seek(0.51)
    shown = deck.take()
    assert shown is not None
    assert shown.frame.index == 15
    assert (deck.state.begin, deck.state.end) == (0.0, pytest.approx(29 / 30))
    deck.play()
    assert deck.note(frame(100))
    assert deck.state.playing


def test_a_camera_that_kept_nothing_yet_can_be_paused(recent):
    deck = CameraDeck(recent)
    deck.step(-1)
    deck.seek(3.0)
    assert deck.take() is None
    assert not deck.state.playing
