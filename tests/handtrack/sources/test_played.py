"""A file under a person's hand: paused, stepped, sought, slowed, and a part of it again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from handtrack.hand import Frame
from handtrack.sources.base import SourceInfo
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport

PLACES = [round(0.02 * number, 6) for number in range(100)]


class Frames:
    """A hundred frames, 20 ms apart, that can be sought."""

    def __init__(self, places: list[float] = PLACES) -> None:
        self._places = places
        self._next = 0
        self.closed = False

    def open(self) -> SourceInfo:
        return SourceInfo("places", 4, 4, 50.0, len(self._places), False, "", duration=self._places[-1])

    def read(self) -> Frame | None:
        if self._next >= len(self._places):
            return None
        self._next += 1
        place = self._places[self._next - 1]
        return Frame(np.zeros((4, 4, 3), np.uint8), 100.0 + place, self._next - 1, position=place)

    def seek(self, position: float) -> None:
        self._next = max(int(np.searchsorted(self._places, position + 1e-6)) - 1, 0)

    def close(self) -> None:
        self.closed = True

    def losses(self) -> tuple[str, ...]:
        return ("two frames",)


@pytest.fixture
def transport() -> Transport:
    return Transport(loop=True)


@pytest.fixture
def source(transport) -> Iterator[PlayedSource]:
    made = PlayedSource(Frames(), transport)
    made.open()
    yield made
    made.close()


def read(source: PlayedSource) -> Frame:
    frame = source.read()
    assert frame is not None
    return frame


def places(source: PlayedSource, count: int) -> list[float | None]:
    return [read(source).position for _ in range(count)]


def test_frames_come_when_they_are_due_and_not_before(source):
    began = time.monotonic()
    frames = [read(source) for _ in range(6)]
    assert time.monotonic() - began >= 0.1
    assert [frame.position for frame in frames] == PLACES[:6]
    assert np.diff([frame.timestamp for frame in frames]) == pytest.approx(np.full(5, 0.02))
    assert [frame.index for frame in frames] == list(range(6))
    assert not any(frame.cut for frame in frames)


def test_paused_nothing_comes_until_it_is_asked_for(source, transport):
    places(source, 3)
    transport.pause()
    got: list[Frame | None] = []
    reader = threading.Thread(target=lambda: got.append(source.read()))
    reader.start()
    time.sleep(0.1)
    assert got == []
    transport.step(1)
    reader.join(5)
    assert [frame and frame.position for frame in got] == [PLACES[3]]


@pytest.mark.parametrize(
    ("steps", "shown"), [(1, 11), (-1, 9), (-3, 7), (5, 15), (-10, 0), (-50, 0), (89, 99), (500, 99)]
)
def test_steps_lead_to_the_frame_so_many_on_or_back(source, transport, steps, shown):
    places(source, 11)
    transport.step(steps)
    frame = read(source)
    assert frame.position == PLACES[shown]
    assert not transport.playing
    assert frame.cut == (steps != 1)


def test_steps_asked_for_together_are_taken_together(source, transport):
    places(source, 11)
    for _ in range(4):
        transport.step(-1)
    assert read(source).position == PLACES[6]


def test_after_steps_back_playing_goes_on_from_there(source, transport):
    places(source, 11)
    transport.step(-5)
    assert read(source).position == PLACES[5]
    transport.play()
    assert places(source, 3) == PLACES[6:9]


def test_a_jump_shows_the_frame_of_that_moment_and_says_that_it_is_a_cut(source, transport):
    first = read(source)
    transport.seek(1.005)
    frame = read(source)
    assert (frame.position, frame.cut) == (1.0, True)
    assert frame.timestamp > first.timestamp
    following = read(source)
    assert (following.position, following.cut) == (1.02, False)
    assert following.timestamp - frame.timestamp == pytest.approx(0.02)


def test_of_several_places_only_the_last_is_shown(source, transport):
    transport.pause()
    for place in np.linspace(0, 1.9, 50):
        transport.seek(float(place))
    assert read(source).position == 1.9


def test_slow_motion_takes_longer_and_keeps_the_distances_of_the_file(source, transport):
    read(source)
    transport.set_speed(0.25)
    began = time.monotonic()
    frames = [read(source) for _ in range(5)]
    assert time.monotonic() - began >= 0.38
    assert np.diff([frame.timestamp for frame in frames]) == pytest.approx(np.full(4, 0.02))
    assert transport.lag > 0.3


def test_fast_motion_takes_less_time(source, transport):
    read(source)
    transport.set_speed(4)
    began = time.monotonic()
    places(source, 80)
    assert time.monotonic() - began < 1.2
    transport.set_speed(100)
    assert transport.speed == 4


def test_a_part_is_played_again_and_again(source, transport):
    transport.set_speed(4)
    transport.set_part((0.1, 0.16))
    transport.seek(0.1)
    assert places(source, 9) == [0.1, 0.12, 0.14, 0.16] * 2 + [0.1]
    transport.set_part(None)
    assert places(source, 6) == [0.12, 0.14, 0.16, 0.18, 0.2, 0.22]


def test_at_its_end_it_begins_anew_or_stays_until_it_is_played_again(source, transport):
    transport.set_speed(4)
    transport.seek(PLACES[98])
    assert places(source, 3) == [PLACES[98], PLACES[99], 0.0]
    transport.set_loop(False)
    transport.seek(PLACES[98])
    places(source, 2)
    reader = threading.Thread(target=source.read)
    reader.start()
    deadline = time.monotonic() + 5
    while transport.playing and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not transport.playing
    transport.play()
    reader.join(5)
    assert transport.position == 0.0


def test_the_present_frame_comes_again_only_while_it_is_paused(source, transport):
    places(source, 4)
    transport.again()
    assert read(source).position == PLACES[4]
    transport.pause()
    transport.again()
    assert read(source).position == PLACES[4]


def test_a_reader_that_lags_sees_the_file_played_slower(source):
    first = read(source)
    time.sleep(0.8)
    began = time.monotonic()
    second, *_ = frames = [read(source) for _ in range(5)]
    assert time.monotonic() - began >= 0.07, "it does not hurry after what it missed"
    assert second.timestamp - first.timestamp == pytest.approx(0.02)
    assert [frame.position for frame in frames] == PLACES[1:6]


def test_once_through_it_ends_and_every_frame_comes_with_the_times_of_the_file():
    source = PlayedSource(Frames([0.0, 0.1, 0.2, 3600.0]), Transport(), ends=True)
    assert source.open().frame_count == 4
    first = read(source)
    time.sleep(0.7)  # more than playing in real time would make up for
    second, third = read(source), read(source)
    assert second.timestamp - first.timestamp == pytest.approx(0.1)
    assert third.timestamp - first.timestamp == pytest.approx(0.2)
    assert source.losses() == ("two frames",)
    short = PlayedSource(Frames([0.0, 0.02]), Transport(loop=True), ends=True)
    short.open()
    assert [short.read() is None for _ in range(3)] == [False, False, True]


def test_closing_ends_the_waiting():
    inner = Frames([0.0, 3600.0])
    source = PlayedSource(inner, Transport())
    read(source)
    closing = threading.Timer(0.05, source.close)
    closing.start()
    assert source.read() is None
    closing.join()
    assert inner.closed


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "3", None])
def test_places_and_speeds_are_numbers(transport, bad):
    with pytest.raises(ValueError, match="number"):
        transport.seek(bad)
    with pytest.raises(ValueError, match="number"):
        transport.set_speed(bad)
