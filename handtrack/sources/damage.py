"""What a video lost: frames that are missing or damaged, told from their times and by the decoder."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

_REMEMBERED_STEPS = 120
"""Steps from frame to frame by which the next one is judged."""
_FEWEST_STEPS = 20
_CONSTANT = 0.95
"""Share of regular steps, of no fewer than those, from which on the frame rate is called constant."""
_SHORTEST_STEP = 1 / 240
"""Seconds between frames; files that say less give the unit of their times."""
_APART = 0.5
"""Seconds between two places; what is nearer is one."""
_LATE = 0.1
"""Seconds by which a first frame is late; less is how a file is written."""
_MOST_SIGNS = 1000
_MOST_SENTENCES = 3
"""More places than these are told in one sentence."""


@dataclass(slots=True)
class _Place:
    """A stretch of the video, in seconds of it.

    missing: frames, and the seconds that they took; guessed where the rate is not constant. damaged: frames.
    reported: the file or the decoder speaks of damage; otherwise only the gap does.
    """

    begin: float
    end: float
    missing: int = 0
    seconds: float = 0.0
    damaged: int = 0
    guessed: bool = False
    reported: bool = False


class DamageLog:
    """Follows the frames of one pass of a video, in the order in which they are shown.

    A gap in the times is one of missing frames if the file or its decoder reports damage there, or if it is
    as long as three steps of a stream of constant rate. After reported damage every frame up to the next
    key frame may be damaged, for it is predicted from others. Times are seconds within the file.
    interval, begin: seconds between frames and time of the first frame as the file says; None if it does not.
    """

    def __init__(self, interval: float, begin: float | None = None) -> None:
        self._interval = max(interval, _SHORTEST_STEP)
        self._begin = begin
        self._steps: deque[float] = deque(maxlen=_REMEMBERED_STEPS)
        self._signs: list[float] = []
        self._places: list[_Place] = []
        self._damaging = False
        self._first = 0.0
        self._last: float | None = None
        self._ending: tuple[str, ...] = ()

    def report(self, time: float | None) -> None:
        """Note that the file or the decoder calls something damaged that is due then, or about now."""
        self._signs = [*self._signs[-_MOST_SIGNS:], self._last or 0.0 if time is None else time]

    def frame(self, time: float, *, key: bool, corrupt: bool) -> None:
        """Note a frame that is shown. key: it is predicted from no other. corrupt: the decoder says so."""
        previous, self._last = self._last, time
        if previous is None:
            previous = time
            self._note_begin(time)
        interval, regular = self._rate()
        step = time - previous
        missing = max(round(step / interval) - 1, 0)
        if missing == 1 and regular < 1:
            missing = 0  # cameras leave out single frames
        due = [sign for sign in self._signs if sign <= time + interval / 2]
        self._signs = [sign for sign in self._signs if sign > time + interval / 2]
        # Of a transport stream the packet before the damage is the one that is called damaged.
        spared = not corrupt and any(abs(sign - time) <= interval / 2 for sign in due)
        if (corrupt or due) and not self._damaging:
            self._damaging = True
            self._place(time if spared else previous).reported = True
        if missing and (self._damaging or regular >= _CONSTANT):
            place = self._place(previous)
            place.missing += missing
            place.seconds += step - interval
            place.guessed |= regular < 1
            place.end = time
        if step > 0 and not (missing and self._damaging):
            self._steps.append(step)
        if self._damaging:
            place = self._places[-1]
            place.end = time
            if key and not corrupt and not due:
                self._damaging = False
            else:
                place.damaged += not spared

    def end(self, stated: float | None) -> None:
        """Note that no frame follows. stated: when the file says that it ends, None if it does not."""
        reached = (self._last or 0.0) + self._interval
        if stated is not None and reached < stated - max(0.25, 3 * self._interval):
            reached, stated = reached - self._first, stated - self._first
            self._ending = (
                f"the video ends after {reached:.1f} s of {stated:.1f} s: it is cut off or damaged",
            )
        elif self._signs:
            self._place(self._last or 0.0).reported = True

    def sentences(self) -> tuple[str, ...]:
        """What was lost so far; from any thread."""
        places = [place for place in list(self._places) if place.reported or place.missing > 1]
        if len(places) <= _MOST_SENTENCES:
            return (*(self._told(place) for place in places), *self._ending)
        total = _Place(
            places[0].begin,
            places[-1].end,
            sum(place.missing for place in places),
            sum(place.seconds for place in places),
            sum(place.damaged for place in places),
            any(place.guessed for place in places),
        )
        return (f"{self._told(total)}, in {len(places)} places", *self._ending)

    def _note_begin(self, time: float) -> None:
        """Note the first frame, and what is missing before it because it cannot be decoded."""
        self._first = time
        missing = 0 if self._begin is None else round((time - self._begin) / self._interval)
        if self._begin is not None and missing > 2 and time - self._begin > _LATE:
            self._first = self._begin
            self._places.append(_Place(self._begin, time, missing, time - self._begin, guessed=True))
            self._signs = [sign for sign in self._signs if sign > time]

    def _place(self, begin: float) -> _Place:
        """The place of a loss that begins then: the last one, if that is near."""
        if not self._places or begin - self._places[-1].end > _APART:
            self._places.append(_Place(begin, begin))
        return self._places[-1]

    def _rate(self) -> tuple[float, float]:
        """Seconds from frame to frame, and in which share of the last steps it was so; 0 if there are few."""
        if len(self._steps) < _FEWEST_STEPS:
            return self._interval, 0.0
        usual = statistics.median(self._steps)
        regular = sum(abs(step - usual) <= 0.1 * usual + 1e-3 for step in self._steps)
        return usual, regular / len(self._steps)

    def _told(self, place: _Place) -> str:
        parts = []
        if place.missing:
            count = f"{'about ' if place.guessed else ''}{_frames(place.missing)}"
            parts.append(f"{count} ({place.seconds:.2f} s) {_are(place.missing)} missing")
        # What was reported damaged shows in one frame at least.
        damaged = place.damaged or int(not place.missing)
        if damaged:
            count = str(damaged) if place.missing else _frames(damaged)
            parts.append(f"{count} {_are(damaged)} damaged, or may be,")
        begin, end = f"{place.begin - self._first:.1f} s", f"{place.end - self._first:.1f} s"
        where = f"at {begin}" if begin == end else f"between {begin} and {end}"
        return f"{' and '.join(parts)} {where}"


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
