"""What hands do in a film: where each is at any time, how it is turned, how far its fingers have moved."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from handtrack.hand import Handedness

HAND_M: Final = 0.17
"""What speeds are counted in: the larger extent of a mean adult's open hand."""
REST: Final = 0.6  # seconds that a hand rests at the beginning and at the end
_RAMP: Final = 0.2  # seconds from rest to full speed
_DEPTH: Final = 0.55  # metres: an open hand is about 170 of 480 pixels high
_BEYOND: Final = (0.47, 0.42)  # metres to the side and down where nothing of a hand is in the frame
_INSIDE: Final = ((0.09, 0.02), (-0.07, -0.02), (0.0, 0.03))  # metres: where a hand that comes in rests
_WIDE, _HIGH = 0.15, 0.06  # metres: half the sides of the figure of eight


@dataclass(frozen=True, slots=True)
class HandState:
    """centre: (x, y, z) metres, the hand's middle in camera axes. turn: yaw, pitch, roll in degrees.

    fingers: seconds that its fingers have moved.
    """

    centre: tuple[float, float, float]
    turn: tuple[float, float, float]
    fingers: float


class Choreography(Protocol):
    """hands: who takes part. seconds: the whole length. scenes: when each room begins, from 0, rising."""

    @property
    def hands(self) -> tuple[Handedness, ...]: ...  # noqa: D102

    @property
    def seconds(self) -> float: ...  # noqa: D102

    @property
    def scenes(self) -> tuple[float, ...]: ...  # noqa: D102

    def state(self, hand: int, t: float) -> HandState | None:
        """Hand number `hand` at a time; None where it is not in the room at all."""
        ...


@dataclass(frozen=True, slots=True)
class Wandering:
    """One hand that rests, runs along a figure of eight at one speed while it turns, and rests again.

    speed: hand sizes a second. turns: degrees to either side of yaw, pitch and roll; turn_rate: how many
    times a second it turns to and fro. absent: from and to, seconds in which the film shows a room without
    it; scenes change with it. start: share of the path where it begins.
    """

    hands: tuple[Handedness, ...]
    seconds: float
    speed: float
    turns: tuple[float, float, float] = (35.0, 12.0, 25.0)
    turn_rate: float = 0.8
    absent: tuple[float, float] | None = None
    start: float = 0.0
    cuts: tuple[float, ...] = ()

    @property
    def scenes(self) -> tuple[float, ...]:
        """When each room begins."""
        return (0.0, *(self.absent or ()), *self.cuts)

    def state(self, hand: int, t: float) -> HandState | None:
        """See `Choreography`."""
        if self.absent is not None and self.absent[0] <= t < self.absent[1]:
            return None
        active = moved_seconds(t, self.seconds)
        x, y = figure_of_eight(self.start, self.speed * HAND_M * active)
        phase = 2 * math.pi * self.turn_rate * active
        yaw, pitch, roll = self.turns
        turn = (yaw * math.sin(phase), pitch * math.sin(1.3 * phase), roll * math.sin(0.8 * phase + 0.5))
        return HandState((x, y, _DEPTH), turn, active)


@dataclass(frozen=True, slots=True)
class Leaving:
    """One hand that comes into the frame, rests and leaves it, again and again.

    sides: where it comes from and goes to, in turn: "left", "right" or "below". speed: hand sizes a second.
    """

    hands: tuple[Handedness, ...]
    speed: float
    sides: tuple[str, ...]
    gone: float = 0.4

    @property
    def seconds(self) -> float:
        """The whole length."""
        return self._way[0][-1]

    @property
    def scenes(self) -> tuple[float, ...]:
        """One room."""
        return (0.0,)

    def state(self, hand: int, t: float) -> HandState | None:
        """See `Choreography`."""
        times, places = self._way
        x, y = (float(np.interp(t, times, axis)) for axis in np.array(places).T)
        return HandState((x, y, _DEPTH), (60 * math.hypot(x, y), 0.0, 40 * x), min(t, 0.5 * t + 0.3))

    @property
    def _way(self) -> tuple[list[float], list[tuple[float, float]]]:
        """Times and the places at them; the hand jumps from side to side while it is out of the frame."""
        times, places = [], []
        now = 0.0
        for side, inside in zip(self.sides, itertools.cycle(_INSIDE)):
            outside = _outside(side)
            moving = math.dist(outside, inside) / (self.speed * HAND_M)
            for place, then in (
                (outside, self.gone / 2),
                (outside, moving),
                (inside, REST),
                (inside, moving),
            ):
                times.append(now)
                places.append(place)
                now += then
            times += [now, now + self.gone / 2]
            places += [outside, outside]
            now = times[-1]
        return times, places


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two hands that pass before one another, to and fro, the first nearer to the camera.

    speed: of each, hand sizes a second. passes: how often. touch: they turn back where they overlap.
    """

    hands: tuple[Handedness, ...]
    speed: float
    passes: int
    touch: bool = False

    @property
    def seconds(self) -> float:
        """The whole length."""
        return 2 * REST + self.passes * self._pass

    @property
    def scenes(self) -> tuple[float, ...]:
        """One room."""
        return (0.0,)

    def state(self, hand: int, t: float) -> HandState | None:
        """See `Choreography`."""
        active = min(max(t - REST, 0.0), self.passes * self._pass)
        done, share = divmod(active / self._pass, 1.0)
        if self.touch:
            x = _CROSS - (_CROSS - _TOUCH) * (1 - abs(2 * share - 1))
        else:
            to = share if done % 2 == 0 else 1 - share
            x = _CROSS * (1 - 2 * to)
        side = 1.0 if hand == 0 else -1.0
        z = _DEPTH - 0.07 if hand == 0 else _DEPTH + 0.05
        y = 0.006 * side + 0.012 * math.sin(3 * active)
        return HandState((side * x, y, z), (side * 20 * math.sin(2 * active), 0.0, side * 15), 0.6 * active)

    @property
    def _pass(self) -> float:
        way = 2 * (_CROSS - _TOUCH) if self.touch else 2 * _CROSS
        return way / (self.speed * HAND_M)


@dataclass(frozen=True, slots=True)
class Empty:
    """Rooms without any hand."""

    seconds: float
    scenes: tuple[float, ...]
    hands: tuple[Handedness, ...] = ()

    def state(self, hand: int, t: float) -> HandState | None:
        """See `Choreography`."""
        return None


_CROSS: Final = 0.15  # metres to either side where crossing hands rest
_TOUCH: Final = 0.03


def moved_seconds(t: float, seconds: float) -> float:
    """Seconds at full speed that the way done until t is worth, with a rest at both ends."""
    full = seconds - 2 * REST - _RAMP  # the ramps count half
    if full <= 0:
        return 0.0
    since = t - REST
    if since <= 0:
        return 0.0
    if since < _RAMP:
        return since**2 / (2 * _RAMP)
    left = seconds - REST - t
    if left <= 0:
        return full
    if left < _RAMP:
        return full - left**2 / (2 * _RAMP)
    return since - _RAMP / 2


def figure_of_eight(start: float, way: float) -> tuple[float, float]:
    """Place (x, y) in metres after so many metres along it. start: share of it where the way begins."""
    length, xs, ys = _eight()
    at = (start + way / length[-1]) % 1.0 * length[-1]
    return float(np.interp(at, length, xs)), float(np.interp(at, length, ys))


@functools.cache
def _eight() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    angle = np.linspace(0.0, 2 * np.pi, 2001)
    xs, ys = _WIDE * np.sin(angle), _HIGH * np.sin(2 * angle)
    steps = np.hypot(np.diff(xs), np.diff(ys))
    return np.concatenate([[0.0], np.cumsum(steps)]), xs, ys


def _outside(side: str) -> tuple[float, float]:
    return {"left": (-_BEYOND[0], 0.0), "right": (_BEYOND[0], 0.0), "below": (0.02, _BEYOND[1])}[side]


def rooms(starts: Sequence[float], t: float) -> int:
    """Number of the room that the film shows at a time."""
    return int(np.searchsorted(np.asarray(starts), t + 1e-9, side="right")) - 1
