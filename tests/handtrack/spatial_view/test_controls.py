"""Keys move the time of a real session, and what is seen; without a window."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from handtrack.hand import Frame
from handtrack.sessions.playback import SessionSource
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport
from handtrack.spatial_view.controls import Controls
from handtrack.spatial_view.keys import DOWN, END, HOME, KEYS, LEFT, PAGE_DOWN, PAGE_UP, RIGHT, SPACE, UP
from handtrack.spatial_view.scene import Look
from tests.handtrack.spatial_view.conftest import FPS, FRAMES


class Player:
    """A session that is played, and somebody at the keys."""

    def __init__(self, source: PlayedSource, controls: Controls) -> None:
        self.source, self.controls = source, controls

    def after(self, code: int, shift: bool = False) -> int:
        """Number of the frame that is shown after a key."""
        self.controls.press(code, shift)
        return self.frame()

    def frame(self) -> int:
        frame = self.source.read()
        assert isinstance(frame, Frame)
        assert frame.position is not None
        return round(frame.position * FPS)


@pytest.fixture
def player(session) -> Iterator[Player]:
    """Paused at frame 20."""
    transport = Transport(loop=True)
    source = PlayedSource(SessionSource(session), transport)
    source.open()
    transport.pause()
    transport.seek(20 / FPS)
    found = Player(source, Controls(Look(), transport, (FRAMES - 1) / FPS))
    assert found.frame() == 20
    yield found
    source.close()


def test_arrows_go_by_frames_and_pages_by_seconds(player):
    assert player.after(RIGHT) == 21
    assert player.after(RIGHT) == 22
    assert player.after(LEFT) == 21
    assert player.after(RIGHT, shift=True) == 51
    assert player.after(LEFT, shift=True) == 21
    assert player.after(PAGE_DOWN) == 51
    assert player.after(PAGE_DOWN) == FRAMES - 1  # and no farther
    assert player.after(PAGE_UP) == FRAMES - 1 - FPS
    assert player.after(PAGE_UP, shift=True) == 0
    assert not player.controls.playing


def test_home_and_end(player):
    assert player.after(END) == FRAMES - 1
    assert player.after(HOME) == 0


def test_the_end_is_stayed_at_though_it_was_playing(player):
    player.controls.press(SPACE)
    assert player.controls.playing
    assert player.after(END) == FRAMES - 1
    assert not player.controls.playing


def test_space_plays_on_from_here_and_pauses(player):
    assert [player.after(SPACE), player.frame(), player.frame()] == [21, 22, 23]
    player.controls.press(SPACE)
    assert not player.controls.playing
    assert player.after(RIGHT) == 24


def test_up_and_down_change_the_pace(player):
    transport = player.source.transport
    player.controls.press(UP)
    assert transport.speed == 2.0
    player.controls.press(DOWN)
    player.controls.press(DOWN)
    assert transport.speed == 0.5


def test_a_camera_stands_still_by_space_and_takes_no_other_key_of_time():
    controls = Controls(Look(), None, None)
    for code in (LEFT, RIGHT, PAGE_UP, PAGE_DOWN, HOME, END, UP, DOWN):
        controls.press(code)
        assert controls.playing
    controls.press(SPACE)
    assert controls.frozen
    assert not controls.playing


@pytest.mark.parametrize(
    ("letter", "changed"),
    [
        ("U", Look(uncertainty=False)),
        ("S", Look(skin=True)),
        ("T", Look(trails=(4, 8))),
        ("I", Look(picture=False)),
        ("G", Look(floor=False)),
    ],
)
def test_letters_switch_what_is_seen_on_and_off(letter, changed):
    controls = Controls(Look(), None, None, trails=(4, 8))
    controls.press(ord(letter))
    assert controls.look == changed
    assert controls.changed
    controls.press(ord(letter))
    assert controls.look == Look()


def test_letters_stand_elsewhere_save_tell_and_close():
    done = []
    controls = Controls(Look(), None, None)
    controls.saves_pose = lambda: done.append("pose")
    controls.sweeps = lambda: done.append("sweep")
    controls.tells_keys = lambda: done.append("keys")
    for letter in "PWHQ":
        controls.press(ord(letter))
    assert done == ["pose", "sweep", "keys"]
    assert controls.over
    controls.press(ord("C"))
    assert controls.through_camera is True
    controls.press(ord("R"))
    assert controls.through_camera is False


def state(controls: Controls, transport: Transport) -> tuple[object, ...]:
    asked = transport._seek, transport._steps, transport.playing, transport.speed
    return (*asked, controls.look, controls.changed, controls.over)


def test_every_key_that_is_listed_does_something(session):
    for key in KEYS:
        transport = Transport(loop=True)
        transport.note(1.0, 0.0)
        controls = Controls(Look(), transport, 2.0, trails=(8,))
        done: list[str] = []
        controls.saves_pose = controls.sweeps = controls.tells_keys = functools.partial(done.append, key.name)
        before = state(controls, transport)
        controls.press(key.code)
        assert state(controls, transport) != before or done, key.name
