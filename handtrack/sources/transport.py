"""How a file is played: on or paused, how fast, from where, and which part of it again and again."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from handtrack.checks import checked_number

SLOWEST, FASTEST = 0.1, 4.0
"""Bounds of the speed: so many seconds of the file in a second."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a source is to give next. seek: seconds within the file. steps: frames on from there, or back.

    With neither, the next frame when it is due. anew: the pace changed, so that time is counted from now.
    """

    seek: float | None
    steps: int
    anew: bool


class Transport:
    """A person's hand on a source that plays; for any thread.

    What is asked while the source is still at work on something is taken together: of several places only
    the last one counts, steps add up. So whoever drags a slider never waits for the places on the way.
    """

    def __init__(self, *, loop: bool = True) -> None:
        self._changed = threading.Condition()
        self._loop = loop
        self._playing = True
        self._speed = 1.0
        self._part: tuple[float, float] | None = None
        self._seek: float | None = None
        self._steps = 0
        self._anew = True
        self._at_end = False
        self._closed = False
        self._position = 0.0
        self._lag = 0.0

    @property
    def playing(self) -> bool:
        """Whether frames come by themselves."""
        return self._playing

    @property
    def speed(self) -> float:
        """Seconds of the file in a second."""
        return self._speed

    @property
    def part(self) -> tuple[float, float] | None:
        """Begin and end, seconds within the file, of the part that is played again and again."""
        return self._part

    @property
    def loop(self) -> bool:
        """Whether the file begins anew at its end."""
        return self._loop

    @property
    def position(self) -> float:
        """Where the frame that was given last stands, seconds within the file."""
        return self._position

    @property
    def lag(self) -> float:
        """Seconds from the timestamp of the last frame to the moment at which it was due.

        Timestamps keep the distances of the file, so that pauses and slow motion leave them behind.
        """
        return self._lag

    def play(self) -> None:
        """Let frames come; from the beginning, or that of the part, if the end was reached."""
        with self._changed:
            if self._at_end and self._seek is None:
                self._seek = self._part[0] if self._part else 0.0
            self._playing = self._anew = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Stay at the present frame."""
        with self._changed:
            self._playing = False
            self._changed.notify_all()

    def step(self, frames: int) -> None:
        """Pause, and go on by so many frames, or back."""
        with self._changed:
            self._playing = False
            self._steps += frames
            self._changed.notify_all()

    def seek(self, position: float) -> None:
        """Go to the frame that is shown at so many seconds within the file, playing or paused."""
        checked_number("a place in a file", position)
        with self._changed:
            self._seek, self._steps = max(position, 0.0), 0
            self._anew = True
            self._changed.notify_all()

    def again(self) -> None:
        """Where it is paused, give the present frame once more."""
        with self._changed:
            if not self._playing and self._seek is None and not self._steps:
                self._seek = self._position
                self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Play so many seconds of the file in a second, within the bounds, from the present frame on."""
        checked_number("a speed", speed)
        with self._changed:
            self._speed = min(max(speed, SLOWEST), FASTEST)
            self._anew = True
            self._changed.notify_all()

    def set_loop(self, loop: bool) -> None:
        """Whether to begin anew at the end."""
        self._loop = loop

    def set_part(self, part: tuple[float, float] | None) -> None:
        """Play only what lies between two moments (seconds), again and again; None: the whole file."""
        with self._changed:
            self._part = None if part is None or part[1] <= part[0] else part
            self._changed.notify_all()

    def close(self) -> None:
        """Wake a waiting source for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def take(self) -> Ask | None:
        """What the source is to give next, waiting while it is paused; None once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._playing or self._is_asked)
            if self._closed:
                return None
            ask = Ask(self._seek, self._steps, self._anew)
            self._seek, self._steps, self._anew = None, 0, False
            return ask

    def wait_until(self, due: float) -> bool:
        """Wait until a moment of the monotonic clock; False at once where something else is asked for."""
        with self._changed:
            left = max(0.0, due - time.monotonic())
            return not self._changed.wait_for(
                lambda: self._closed or not self._playing or self._anew or self._is_asked, left
            )

    def note(self, position: float, lag: float) -> None:
        """The source gives the frame at a position now, lag seconds after its timestamp."""
        self._position, self._lag = position, lag
        self._at_end = False

    def note_end(self) -> None:
        """The source has come to its end, and stays there."""
        with self._changed:
            self._playing, self._at_end = False, True

    @property
    def _is_asked(self) -> bool:
        return self._seek is not None or self._steps != 0
