"""Which films the bench of motion is made of: kinds of motion, speeds, rates, rooms, each with its seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from handtrack.hand import Handedness
from handtrack.study.synthesis.film.choreography import Choreography, Crossing, Empty, Leaving, Wandering

FilmKind = Literal["speed", "turn", "leaving", "crossing", "cut", "face"]
KINDS: Final[tuple[FilmKind, ...]] = ("speed", "turn", "leaving", "crossing", "cut", "face")
Room = Literal["room", "face"]


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """One film, wholly determined. rooms: what stands behind the hands in each scene of the choreography."""

    name: str
    kind: FilmKind
    seed: int
    fps: int
    choreography: Choreography
    rooms: tuple[Room, ...]
    size: tuple[int, int] = (640, 480)

    @property
    def frames(self) -> int:
        """How many there are."""
        return max(2, round(self.choreography.seconds * self.fps))


@dataclass(frozen=True, slots=True)
class FilmSettings:
    """What the bench's films are made by. Another seed gives other persons, rooms and poses.

    seconds: of those that could go on for ever, 2 at least. kinds: which are made. size: width and height,
    pixels, even.
    """

    seed: int = 0
    seconds: float = 3.0
    kinds: tuple[FilmKind, ...] = KINDS
    size: tuple[int, int] = (640, 480)


def film_plans(settings: FilmSettings) -> list[FilmPlan]:
    """The films; one kind's are the same whatever other kinds there are."""
    return [
        FilmPlan(name, kind, settings.seed * 1000 + number, fps, choreography, rooms, settings.size)
        for number, (name, kind, fps, choreography, rooms) in enumerate(_films(settings.seconds))
        if kind in settings.kinds
    ]


_Film = tuple[str, FilmKind, int, Choreography, tuple[Room, ...]]
_Hands = tuple[Handedness, ...]
_LEFT: Final[_Hands] = ("left",)
_RIGHT: Final[_Hands] = ("right",)
_SPEEDS: Final = ((0.5, 30), (1, 30), (2, 30), (4, 30), (6, 30), (1, 15), (4, 15), (2, 60), (6, 60))
_LEAVINGS: Final = (
    (2, 30, ("right", "below")),
    (4, 30, ("below", "left")),
    (6, 30, ("right", "left", "below")),
    (2, 15, ("below", "right")),
    (4, 60, ("left", "below")),
)
_CROSSINGS: Final[tuple[tuple[str, int, int, _Hands, int, bool], ...]] = (
    ("apart", 1, 30, ("left", "right"), 2, False),
    ("apart", 2, 30, ("right", "left"), 3, False),
    ("apart", 4, 30, ("left", "right"), 4, False),
    ("alike", 2, 30, ("right", "right"), 3, False),
    ("apart", 2, 15, ("right", "left"), 3, False),
    ("touch", 1, 30, ("left", "right"), 2, True),
)


def _films(seconds: float) -> list[_Film]:
    films: list[_Film] = []
    for number, (speed, fps) in enumerate(_SPEEDS):
        hand = _RIGHT if number % 2 else _LEFT
        wandering = Wandering(hand, seconds, speed, turn_rate=0.4 + 0.15 * speed, start=0.37 * number % 1)
        films.append((f"speed_{speed:g}_at_{fps}", "speed", fps, wandering, ("room",)))
    for hand, fps, yaw, rate in ((_RIGHT, 30, 100.0, 0.5), (_LEFT, 60, 100.0, 0.9)):
        turning = Wandering(hand, seconds, 0.3, (yaw, 35.0, 60.0), rate, start=0.2)
        films.append((f"turn_{rate:g}_at_{fps}", "turn", fps, turning, ("room",)))
    for number, (speed, fps, sides) in enumerate(_LEAVINGS):
        hand = _LEFT if number % 2 else _RIGHT
        films.append((f"leaving_{speed}_at_{fps}", "leaving", fps, Leaving(hand, speed, sides), ("room",)))
    for name, speed, fps, hands, passes, touch in _CROSSINGS:
        crossing = Crossing(hands, speed, passes, touch)
        films.append((f"crossing_{name}_{speed}_at_{fps}", "crossing", fps, crossing, ("room",)))
    third = seconds / 3
    for name, hand, fps, speed, between in (
        ("room", _RIGHT, 30, 1.0, "room"),
        ("face", _LEFT, 30, 2.0, "face"),
        ("room", _LEFT, 60, 0.5, "room"),
    ):
        cut = Wandering(hand, seconds, speed, absent=(third, 2 * third))
        films.append((f"cut_{name}_at_{fps}", "cut", fps, cut, ("room", between, "room")))  # type: ignore[arg-type]
    for number, (hand, speed) in enumerate(((_RIGHT, 1.0), (_LEFT, 2.0))):
        before = Wandering(hand, seconds, speed, start=0.5 * number)
        films.append((f"face_behind_{speed:g}_at_30", "face", 30, before, ("face",)))
    cuts = tuple(seconds / 4 * number for number in range(4))
    films.append(("face_alone_at_30", "face", 30, Empty(seconds, cuts), ("face",) * 4))
    films.append(("room_alone_at_30", "face", 30, Empty(seconds, cuts), ("room",) * 4))
    return films
