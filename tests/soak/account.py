"""What a long run uses, sample by sample, and whether that grows."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

WARM_UP_SHARE = 0.3
"""Of the run: libraries load, caches fill, and each kind of source was open once."""
MOST_GROWTH = {"memory": 40.0, "threads": 3.0, "handles": 5.0}
"""What the straight line through all later samples may rise by, from end to end: MB, and counts."""
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
        """Rise of the straight line through the samples after the warm-up, over their whole length."""
        later = [sample for sample in self.samples if sample.seconds >= WARM_UP_SHARE * self._end]
        seconds = np.array([sample.seconds for sample in later])
        return {
            name: float(
                np.polyfit(seconds, [getattr(sample, name) for sample in later], 1)[0] * np.ptp(seconds)
            )
            for name in MOST_GROWTH
        }

    def faults(self) -> list[str]:
        """A sentence for each thing that grows."""
        return [
            f"{name} grew by {grown:.1f}, more than {MOST_GROWTH[name]:g}"
            for name, grown in self.growth().items()
            if grown > MOST_GROWTH[name]
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
