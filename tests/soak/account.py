"""What a long run uses, sample by sample, and whether that grows."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

WARM_UP_SHARE = 0.3
"""Of the run: libraries load, caches fill, and each kind of source was open once."""
MOST_GROWTH = {"memory": 30.0, "threads": 3.0, "handles": 3.0}
"""What more may be held in the later half of the time after the warm-up than in the earlier: MB, counts."""
MOST_MEMORY_OF_SHORT_RUNS = 150.0
"""The same of memory in a few minutes, whose few samples fall on one hand or two, and so differ by a hundred.
Trackers that were not let go of came to 590 within two minutes, and show in threads and handles first."""
SHORT_SECONDS = 600.0
_PROCESS = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process holds at a moment: private memory in MB, threads, handles; and what it has done."""

    seconds: float
    memory: float
    threads: int
    handles: int
    source: str
    tracked: int
    dropped: int
    sessions: int


@dataclass
class Account:
    """All samples of a run."""

    began: float = field(default_factory=time.monotonic)
    samples: list[Sample] = field(default_factory=list)

    def sample(self, source: str, tracked: int, dropped: int, sessions: int) -> None:
        """Look at this process now."""
        self.samples.append(
            Sample(
                time.monotonic() - self.began,
                private_megabytes(),
                len(os.listdir(_PROCESS / "task")),
                len(os.listdir(_PROCESS / "fd")),
                source,
                tracked,
                dropped,
                sessions,
            )
        )

    def growth(self) -> dict[str, float]:
        """By how much the least of the later half exceeds the least of the earlier half, after the warm-up.

        The least, because a second hand, or a search for one, takes more for as long as it lasts.
        """
        later = [sample for sample in self.samples if sample.seconds >= WARM_UP_SHARE * self._end]
        middle = (later[0].seconds + self._end) / 2
        halves = [[one for one in later if (one.seconds > middle) is second] for second in (False, True)]
        return {
            name: float(
                min(getattr(one, name) for one in halves[1]) - min(getattr(one, name) for one in halves[0])
            )
            for name in MOST_GROWTH
        }

    def faults(self) -> list[str]:
        """A sentence for each thing that grows."""
        most = dict(MOST_GROWTH)
        if self._end < SHORT_SECONDS:
            most["memory"] = MOST_MEMORY_OF_SHORT_RUNS
        return [
            f"{name} grew by {grown:.1f}, more than {most[name]:g}"
            for name, grown in self.growth().items()
            if grown > most[name]
        ]

    def table(self, rows: int = 16) -> str:
        """The samples as a table in Markdown, thinned out to so many rows."""
        picked = np.unique(np.linspace(0, len(self.samples) - 1, rows).round().astype(int))
        lines = [
            "| minute | source | private memory, MB | threads | handles | tracked | dropped | sessions |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for sample in (self.samples[index] for index in picked):
            lines.append(
                f"| {sample.seconds / 60:.1f} | {sample.source} | {sample.memory:.0f} | {sample.threads} "
                f"| {sample.handles} | {sample.tracked} | {sample.dropped} | {sample.sessions} |"
            )
        return "\n".join(lines)

    @property
    def _end(self) -> float:
        return self.samples[-1].seconds


def private_megabytes() -> float:
    """Memory of this process alone, in MB of a million bytes (Linux)."""
    rows = (line.split(":", 1) for line in (_PROCESS / "smaps_rollup").read_text().splitlines()[1:])
    values = {name: value for name, value in rows if name.startswith("Private_")}
    return sum(int(value.split()[0]) for value in values.values()) * 1024 / 1e6
