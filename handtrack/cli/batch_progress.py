"""Many sources on the terminal: a line for each that ends, how far all are, and at the end what failed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from handtrack.batch.outcome import Outcome
from handtrack.batch.watching import BatchSummary, Watcher
from handtrack.cli.common import LINE_INTERVAL, console, now_and_then
from handtrack.plain_text import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_MOST_LISTED: Final = 20
"""Failures that are told once more at the end; the table has all."""


@contextmanager
def batch_progress(total: int) -> Iterator[Watcher]:
    """A watcher that tells on the terminal: bars where there is one, elsewhere a line now and then."""
    if not console().is_terminal:
        yield _InLines(total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # What goes into a pipe goes there, and not over the bars.
    redirects = sys.stdout.isatty()
    with Progress(*columns, console=console(), transient=True, redirect_stdout=redirects) as progress:
        yield _InBars(total, progress)


class _Telling(Watcher):
    """What is told in either way."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.over_with = 0
        self._lines = 0
        self._failures: list[str] = []

    def ended(self, outcome: Outcome) -> None:
        """A line of its own."""
        self.over_with += 1
        self._lines += 1
        line = printable(outcome if outcome.source in str(outcome) else f"{outcome.source}: {outcome}")
        typer.echo(f"failed: {line}" if outcome.failed else line, err=outcome.failed)
        if outcome.failed and len(self._failures) <= _MOST_LISTED:
            self._failures.append(line)
        self.show()

    def done_before(self, source: str) -> None:
        """Count it."""
        self.over_with += 1
        self.show()

    def given_twice(self, source: str) -> None:
        """Count it."""
        self.over_with += 1
        self.show()

    def note(self, sentence: str) -> None:
        """A line of its own."""
        typer.echo(printable(sentence), err=True)

    def over(self, summary: BatchSummary) -> None:
        """The counts, and what failed."""
        if self._failures and self._lines > _MOST_LISTED:  # else they still stand there
            typer.echo("these failed:", err=True)
            for line in self._failures[:_MOST_LISTED]:
                typer.echo(f"  {line}", err=True)
            if summary.failed > _MOST_LISTED:
                typer.echo(f"  and {summary.failed - _MOST_LISTED} more", err=True)
        typer.echo(printable(summary))

    def show(self) -> None:
        """Say how far all are."""


class _InLines(_Telling):
    def __init__(self, total: int) -> None:
        super().__init__(total)
        self._tell = now_and_then(LINE_INTERVAL)
        self._in_work: dict[int, str] = {}

    def frames(self, lane: int, source: str, done: int, total: int | None) -> None:
        self._in_work[lane] = f"{Path(source).name} {done} of {total or '?'} frames"
        self.show()

    def show(self) -> None:
        line = "; ".join([f"{self.over_with} of {self.total} sources", *self._in_work.values()])
        self._tell(printable(line))


class _InBars(_Telling):
    def __init__(self, total: int, progress: Progress) -> None:
        super().__init__(total)
        self._progress = progress
        self._all = progress.add_task("sources", total=total)
        self._lanes: dict[int, TaskID] = {}

    def frames(self, lane: int, source: str, done: int, total: int | None) -> None:
        if lane not in self._lanes:
            self._lanes[lane] = self._progress.add_task("", total=None)
        name = printable(Path(source).name)
        self._progress.update(self._lanes[lane], description=name, completed=done, total=total)

    def show(self) -> None:
        self._progress.update(self._all, completed=self.over_with)
