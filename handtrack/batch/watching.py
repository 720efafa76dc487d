"""What a run of many sources tells while it goes, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handtrack.batch.outcome import Outcome

SUMMARY_NAME: Final = "summary.parquet"


class Watcher:
    """Is told what happens; this one does nothing. Several threads call it, but one at a time."""

    def ended(self, outcome: Outcome) -> None:
        """A source is done, or was given up."""

    def done_before(self, source: str) -> None:
        """A source's session is there already."""

    def given_twice(self, source: str) -> None:
        """A source was named before in this run."""

    def frames(self, lane: int, source: str, done: int, total: int | None) -> None:
        """How far the source is that a worker has in hand. lane: the worker's number, from 0."""

    def note(self, sentence: str) -> None:
        """Something that a person should know."""

    def over(self, summary: BatchSummary) -> None:
        """The run has ended, in whatever way, and its table is written."""


@dataclass(slots=True)
class BatchSummary:
    """What a run came to, in sources. total: that were named. table: the summary's file."""

    table: Path
    total: int
    done: int = 0
    done_before: int = 0
    given_twice: int = 0
    failed: int = 0

    def __str__(self) -> str:
        """One line for people."""
        parts = [f"{self.done} done"]
        parts += [f"{self.done_before} done before"] if self.done_before else []
        parts += [f"{self.given_twice} given twice"] if self.given_twice else []
        parts += [f"{self.failed} failed"]
        rest = self.total - self.done - self.done_before - self.given_twice - self.failed
        parts += [f"{rest} not done"] if rest else []
        return f"{', '.join(parts)} of {self.total}; summary: {self.table}"
