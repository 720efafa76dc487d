"""A run: every source that is not done yet into a session of its own, here or on a cluster."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from filelock import FileLock, Timeout

from handtrack.batch.cluster import RUN_PREFIX, ClusterWorkers, connected
from handtrack.batch.job import UNFINISHED_NAME, Job, made_otherwise
from handtrack.batch.listing import SourceList
from handtrack.batch.local import LocalWorkers
from handtrack.batch.making import Making, source_state
from handtrack.batch.naming import SessionNames
from handtrack.batch.outcome import Outcome
from handtrack.batch.summary_table import SummaryTable
from handtrack.batch.watching import BatchSummary, Watcher
from handtrack.config import Settings
from handtrack.ending import interruption, on_signals
from handtrack.errors import SessionError
from handtrack.native_threads import usable_cores
from handtrack.sessions.folder import reason

_LOCK_NAME: Final = ".lock"


class Workers(Protocol):
    """Who does the jobs of a run."""

    def run(self, jobs: Iterator[Job]) -> None:
        """Do all jobs, and tell of each."""
        ...

    def end(self) -> None:
        """Let `run` return soon; for a signal's handler."""
        ...


def process_many(
    sources: SourceList,
    out_dir: Path,
    settings: Settings,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    watcher: Watcher | None = None,
) -> BatchSummary:
    """Track every frame of each source into a session of its own in out_dir, which is named after it.

    What is done already stays as it is, so that the same call goes on where another one ended.
    A session appears in out_dir at once and whole; `summary.parquet` there has a row for each source.

    workers: processes at a time, by default one a core. scheduler: address of a Dask scheduler whose workers
    do it instead; they must see the same files. force: make anew what was made with other settings or
    weights, or from a file that has changed since; otherwise such a source fails, and stops no other.

    Raises ConfigError, SessionError or ClusterError where nothing can be begun. In the main thread, Ctrl-C
    and SIGTERM end the run in order; then KeyboardInterrupt or Terminated is raised.
    """
    watcher = watcher or Watcher()
    settings = _with_absolute_weights(settings)
    making = Making.of(settings)
    out_dir = Path(os.path.abspath(out_dir))
    with contextlib.ExitStack() as cluster:
        # First, so that without a scheduler nothing is left behind.
        client = None if scheduler is None else cluster.enter_context(connected(scheduler))
        with _taken(out_dir), contextlib.ExitStack() as stack:
            run = _Run(sources, out_dir, settings, making, force, watcher)
            stack.callback(watcher.over, run.summary)
            stack.callback(run.table.close)
            _sweep(out_dir)
            stack.callback(_sweep, out_dir)
            doing: Workers
            if client is None:
                doing = LocalWorkers(min(workers or usable_cores(), sources.count), run)
            else:
                doing = ClusterWorkers(client, out_dir, making, run)
            with on_signals(lambda number: run.end(number, doing)):
                doing.run(run.jobs())
    if run.ended_by is not None:
        raise interruption(run.ended_by)
    return run.summary


def _with_absolute_weights(settings: Settings) -> Settings:
    weights = settings.tracker.weights
    if weights is None:
        return settings
    tracker = settings.tracker.model_copy(update={"weights": weights.absolute()})
    return settings.model_copy(update={"tracker": tracker})


class _Run(Watcher):
    """Which jobs there are, and what became of them. ended_by: the signal that ended the run, if any."""

    def __init__(
        self,
        sources: SourceList,
        out_dir: Path,
        settings: Settings,
        making: Making,
        force: bool,
        watcher: Watcher,
    ) -> None:
        self.table = SummaryTable(out_dir)
        self.summary = BatchSummary(self.table.path, sources.count)
        self.ended_by: int | None = None
        self._sources = sources
        self._names = SessionNames(out_dir)
        self._settings = settings.model_dump(mode="json")
        self._making = making
        self._force = force
        self._watcher = watcher
        self._lock = threading.RLock()

    def end(self, number: int, doing: Workers) -> None:
        """End in order after a signal."""
        self.ended_by = number
        doing.end()

    def jobs(self) -> Iterator[Job]:
        """What is still to do, looked for as it is asked for."""
        for source in self._sources:
            if self.ended_by is not None:
                return
            with self._lock:
                job = self._job(source)
            if job is not None:
                yield job

    def _job(self, source: str) -> Job | None:
        place = self._names.place(source)
        if place is None:
            self.summary.given_twice += 1
            self._watcher.given_twice(source)
            return None
        folder, made = place
        job = Job(source, str(folder), self._settings, self._force)
        if made is None:
            return job
        difference = self._making.difference(made, folder, source_state(source))
        if not difference:
            self.summary.done_before += 1
            self.table.add(made)
            self._watcher.done_before(source)
            return None
        if self._force:
            return job
        self.ended(job.failed(made_otherwise(folder, difference)))
        return None

    def ended(self, outcome: Outcome) -> None:
        """Count and write down what became of a source."""
        with self._lock:
            if outcome.failed:
                self.summary.failed += 1
            else:
                self.summary.done += 1
            self.table.add(outcome)
            self._watcher.ended(outcome)

    def frames(self, lane: int, source: str, done: int, total: int | None) -> None:
        """Pass it on."""
        with self._lock:
            self._watcher.frames(lane, source, done, total)

    def note(self, sentence: str) -> None:
        """Pass it on."""
        with self._lock:
            self._watcher.note(sentence)


@contextlib.contextmanager
def _taken(out_dir: Path) -> Iterator[None]:
    """Have a folder for this run alone, as long as this process lives. Raises SessionError."""
    lock = FileLock(out_dir / _LOCK_NAME, timeout=0, thread_local=False)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise SessionError(
            f"another run writes to {out_dir}; wait for its end, or name another folder"
        ) from None
    except FileExistsError:
        raise SessionError(f"the output folder {out_dir} is a file; name a folder") from None
    except NotImplementedError:
        pass  # a file system without locks: two runs at a time are then for a person to avoid
    except OSError as error:
        raise SessionError(f"cannot write {out_dir}: {reason(error)}; name another folder") from None
    try:
        yield
    finally:
        lock.release()


def _sweep(out_dir: Path) -> None:
    """Take away what was not finished: by a run that was killed, or by one that ends now."""
    for run in out_dir.glob(f"{RUN_PREFIX}*"):
        run.unlink(missing_ok=True)
    shutil.rmtree(out_dir / UNFINISHED_NAME, ignore_errors=True)
