"""Contestants that take turns on every frame, so that whatever disturbs the machine disturbs them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from handtrack.hand import Frame
from handtrack.study.evaluation.speed.timing import Against, NoiseProbe, median_ratio, timed_on_processor

TOTAL: Final = "total"


def on_processor(value: str) -> str:
    """What the processor time of a value is called."""
    return f"{value}, processor"


class Contestant(Protocol):
    """Something that does its work on every frame of a clip, in order; only `run` is timed."""

    name: str

    def prepare(self, frame: Frame) -> Any:
        """What `run` works on; made before the clock starts."""
        ...

    def run(self, prepared: Any) -> Any:
        """The work itself."""
        ...

    def observe(self, outcome: Any) -> Mapping[str, float] | None:
        """Further values of this frame, by name; None where the frame does not count."""
        ...


@dataclass(frozen=True, slots=True)
class Race:
    """Values of every frame that counted for all contestants, by contestant and name, in order.

    frames: how many were run after the warm-up. Times are milliseconds; "total" is that of the whole run, and
    `on_processor` of it the time that all threads of this process worked meanwhile.
    """

    frames: int
    rows: tuple[Mapping[str, Mapping[str, float]], ...]

    def series(self, contestant: str, value: str = TOTAL) -> list[float]:
        """One contestant's values of that name, of the frames that have one."""
        return [row[contestant][value] for row in self.rows if value in row.get(contestant, {})]

    def against(
        self, contestant: str, peer: str, value: str = TOTAL, peer_value: str = TOTAL
    ) -> Against | None:
        """One contestant's value over that of another, or of its own; None where there are none."""
        time, processor = (
            median_ratio(self.series(contestant, name(value)), self.series(peer, name(peer_value)))
            for name in (str, on_processor)
        )
        return None if time is None or processor is None else Against(time, processor)

    def names(self, contestant: str) -> list[str]:
        """All names of values that a contestant ever gave, in the order of their first appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row[contestant]))


def race(contestants: Sequence[Contestant], frames: Iterable[Frame], probe: NoiseProbe, warm_up: int) -> Race:
    """Let all contestants work on every frame, in an order drawn anew for each.

    Who runs after whom matters, by what that one left in the caches: in the end all have run after all.
    A frame counts only if it counts for each of them. warm_up: frames at the beginning that do not count.
    """
    order = np.random.default_rng(0)
    rows = []
    done = 0
    for index, frame in enumerate(frames):
        row: dict[str, dict[str, float]] | None = {}
        for place in order.permutation(len(contestants)):
            contestant = contestants[place]
            prepared = contestant.prepare(frame)
            outcome, waited, worked = timed_on_processor(contestant.run, prepared)
            seen = contestant.observe(outcome)
            if seen is None:
                row = None
            elif row is not None:
                row[contestant.name] = {TOTAL: waited, on_processor(TOTAL): worked, **seen}
            # Every contestant still works on a frame that is lost already: all must follow the whole clip.
        probe.sample()
        if index < warm_up:
            continue
        done += 1
        if row is not None:
            rows.append(row)
    return Race(done, tuple(rows))
