"""A file played as a person wants it: at a pace, paused, step by step, from any place."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import Final, Protocol, runtime_checkable

from handtrack.hand import Frame
from handtrack.sources.base import Source, SourceInfo
from handtrack.sources.transport import Ask, Transport

_USUAL_INTERVAL: Final = 1 / 25
_MAX_LATENESS: Final = 0.5
"""Seconds that playing may lag behind before it goes on from where it is."""
_REMEMBERED: Final = 900
"""Places of frames that are known for stepping back; farther back they are guessed from the frame rate."""


@runtime_checkable
class Seekable(Source, Protocol):
    """A source that gives its frames in order, as fast as they are read, each with its position."""

    def seek(self, position: float) -> None:
        """Give next the last frame at or before so many seconds within the source, or its first."""
        ...


class PlayedSource:
    """Gives the frames of a file at the pace of a transport, which a person moves.

    Timestamps are seconds that always rise, as far apart as the frames are in the file; after a jump, which
    the frame's `cut` says, they go on from the monotonic clock. Frames are numbered as they are given.
    ends: the end of the file is the end of the source, and it does not matter how late a frame is read.
    Otherwise the file begins anew or stays at its last frame, and a reader that lags sees it played slower.
    """

    def __init__(self, source: Seekable, transport: Transport, *, ends: bool = False) -> None:
        self._source = source
        self.transport = transport
        self._ends = ends
        self._interval = _USUAL_INTERVAL
        self._upcoming: Frame | None = None
        self._cut = True
        self._given: deque[float] = deque(maxlen=_REMEMBERED)
        self._last: tuple[float, float] | None = None  # timestamp and position of the frame given last
        self._anchor: tuple[float, float] | None = None  # a moment, and the position that was due then
        self._last_due: float | None = None
        self._count = 0

    def open(self) -> SourceInfo:
        """Open the source. Raises SourceError with what is wrong and what to do."""
        info = self._source.open()
        self._interval = 1 / info.fps if info.fps else _USUAL_INTERVAL
        return replace(info, frame_count=None) if self._is_endless else info

    def read(self) -> Frame | None:
        """The frame that is wanted next, once it is due; None at the end or once closed."""
        while (ask := self.transport.take()) is not None:
            if ask.seek is not None or ask.steps:
                frame = self._found(ask)
                if frame is not None:
                    return self._stamped(frame, time.monotonic())
            elif not self._play(ask):
                return None
            elif (frame := self._due()) is not None:
                return frame
        return None

    def close(self) -> None:
        """Release the file; a waiting `read` returns at once."""
        self.transport.close()
        self._source.close()

    def losses(self) -> tuple[str, ...]:
        """What the source lost: see `Source.losses`."""
        return self._source.losses()

    @property
    def _is_endless(self) -> bool:
        return self.transport.loop and not self._ends

    def _found(self, ask: Ask) -> Frame | None:
        """The frame at the place that is asked for; None past the end."""
        self._anchor = None
        if ask.seek is not None:
            self._jump(ask.seek)
        if ask.steps < 0:
            self._jump(self._place_before(-ask.steps, ask.seek))
        frame = self._next()
        for _ in range(ask.steps - 1 if ask.seek is None else ask.steps):
            following = self._next()
            if following is None:
                break
            frame, self._cut = following, True
        if frame is None and not self._ends:
            self.transport.note_end()
        return frame

    def _place_before(self, steps: int, place: float | None) -> float:
        """Where the frame stands that was so many before a place, or before the frame given last."""
        if place is None and len(self._given) > steps:
            return self._given[-1 - steps]
        here = self.transport.position if place is None else place
        # By half a frame less: so it is never one too many where frames stand closer than on average.
        return max(here - (steps - 0.5) * self._interval, 0.0)

    def _play(self, ask: Ask) -> bool:
        """Have the next frame of the file ready; False at the end of the source."""
        if ask.anew:
            self._anchor = None
        part = self.transport.part
        if self._upcoming is None:
            self._upcoming = self._next()
        over = part is not None and self._upcoming is not None and _place(self._upcoming) > part[1]
        if self._upcoming is not None and not over:
            return True
        if self._ends:
            return False
        if part is None and not self.transport.loop:
            self.transport.note_end()
            return True
        self._jump(0.0 if part is None else part[0])
        self._upcoming = self._next()
        return self._upcoming is not None

    def _due(self) -> Frame | None:
        """The next frame once it is due; None where something else is asked for before."""
        frame, now = self._upcoming, time.monotonic()
        if frame is None:
            return None
        place, speed = _place(frame), self.transport.speed
        if self._anchor is None and self._last is not None and not self._cut:
            self._anchor = now, self._last[1]
        elif self._cut and self._anchor is not None and self._last_due is not None:
            # The file begins anew: its last frame is shown as long as any other.
            self._anchor = self._last_due + self._interval / speed, place
        elif self._anchor is None:
            self._anchor = now, place
        due = self._anchor[0] + (place - self._anchor[1]) / speed
        if not self._ends and now - due > _MAX_LATENESS:
            # A machine that cannot keep up plays slower, instead of ever further behind.
            self._anchor, due = (now, place), now
        if not self.transport.wait_until(due):
            return None
        self._upcoming, self._last_due = None, due
        return self._stamped(frame, due)

    def _next(self) -> Frame | None:
        frame, self._upcoming = self._upcoming, None
        return self._source.read() if frame is None else frame

    def _jump(self, place: float) -> None:
        self._upcoming = None
        self._source.seek(place)
        self._cut = True
        self._given.clear()

    def _stamped(self, frame: Frame, due: float) -> Frame:
        place, cut = _place(frame), self._cut and self._count > 0
        if self._last is None or cut:
            last = -1.0 if self._last is None else self._last[0]
            timestamp = max(due, last + self._interval)
        else:
            apart = place - self._last[1]
            timestamp = self._last[0] + (apart if apart > 0 else self._interval)
        self._last, self._cut = (timestamp, place), False
        self._given.append(place)
        self.transport.note(place, due - timestamp)
        self._count += 1
        return replace(frame, timestamp=timestamp, index=self._count - 1, cut=cut)


def _place(frame: Frame) -> float:
    assert frame.position is not None
    return frame.position
