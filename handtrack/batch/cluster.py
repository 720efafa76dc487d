"""Jobs on a cluster: the workers of a Dask scheduler, which may be anywhere that sees the same files."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from handtrack.batch.fitness import Fitness, fitness
from handtrack.batch.job import Job, do, worker_name
from handtrack.batch.making import Making
from handtrack.batch.outcome import Outcome
from handtrack.batch.watching import Watcher
from handtrack.errors import ClusterError, ConfigError
from handtrack.extras import installing
from handtrack.native_threads import keep_to_one_core
from handtrack.sessions.folder import reason
from handtrack.version import __version__

if TYPE_CHECKING:
    from distributed import Client, Future

_ADDRESS: Final = re.compile(r"(tcp|tls)://[^\s/:]+(:\d{1,5})?|(tcp|tls)://\[[0-9a-fA-F:]+\](:\d{1,5})?")
_PATIENCE: Final = 5.0
"""Seconds for the scheduler to answer."""
_LONGEST: Final = 150
"""Letters of what a library says."""
_LOOK_INTERVAL: Final = 0.2
"""Seconds within which a signal is noticed."""
_COUNT_INTERVAL: Final = 3.0
"""Seconds between two looks at how many workers there are."""
_AHEAD: Final = 2
"""Jobs for each thread of the cluster that are handed over: one in work, one to begin at once."""
_RUN_INTERVAL: Final = 1.0
"""Seconds between two looks of a worker at whether the run goes on."""
RUN_PREFIX: Final = ".run-"
"""Of the file in the output folder that is there while the run goes on."""
_UNFORESEEN_RETRIES: Final = 1
_MOST_NAMED: Final = 3


def check_address(address: str) -> None:
    """Raise ConfigError for what is no address of a scheduler."""
    if not _ADDRESS.fullmatch(address):
        raise ConfigError(
            f"{address!r} is no address of a Dask scheduler: give tcp://MACHINE:PORT, or tls://MACHINE:PORT"
        )


@contextlib.contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at an address.

    Raises ConfigError for a wrong address, ClusterError where no scheduler answers within seconds, it is of
    another version, or dask.distributed is not installed.
    """
    check_address(address)
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(f"--scheduler needs more packages: {installing('cluster')}") from None
    # What they write is said in sentences of ours.
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    no_scheduler = "start one with `dask scheduler`, or give the address that it prints"
    try:
        # A client that meets something else than a scheduler may wait for ever.
        kind, theirs = asyncio.run(asyncio.wait_for(_who_answers(address), _PATIENCE))
        if kind == "Scheduler" and theirs == version("distributed"):
            client = Client(address, timeout=_PATIENCE, set_as_default=False, name="handtrack")
    except Exception as error:
        raise ClusterError(
            f"there is no Dask scheduler at {address} ({_said(error)}); {no_scheduler}"
        ) from None
    if kind != "Scheduler":
        raise ClusterError(f"there is no Dask scheduler at {address} but a {kind}; {no_scheduler}")
    if theirs != version("distributed"):
        raise ClusterError(
            f"the scheduler at {address} runs distributed {theirs}, and here is {version('distributed')}; "
            "install the same version on all machines"
        )
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=1)


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "nothing answers in time"
    if isinstance(error, MemoryError):  # it took the first bytes of something else for a length
        return "what answers speaks otherwise"
    return reason(error)[:_LONGEST]


async def _who_answers(address: str) -> tuple[str, str]:
    """What kind of Dask server is at an address, and of which version."""
    from distributed import rpc
    from distributed.security import Security

    async with rpc(address, connection_args=Security().get_connection_args("client")) as there:
        identity = await there.identity()
        versions = await there.versions()
    return str(identity["type"]), str(versions["packages"]["distributed"])


class ClusterWorkers:
    """Has the workers of a scheduler do jobs, until there is none left or `end` is called.

    Only so many are handed over as keep the workers busy. What becomes of the jobs of a worker that dies is
    the scheduler's matter: others do them, and one that ended several workers (`allowed-failures`) has
    failed.
    """

    def __init__(self, client: Client, out_dir: Path, making: Making, watcher: Watcher) -> None:
        self._client = client
        self._weights = making.weights
        self._watcher = watcher
        self._address = client.scheduler.address if client.scheduler is not None else "the scheduler"
        self._run = secrets.token_hex(4)
        self._seen = out_dir / f"{RUN_PREFIX}{self._run}"
        self._wanted = Fitness(__version__, making.weights_sha256)
        self._given = 0
        self._ending = False
        self._threads = 0
        self._counted_at = float("-inf")
        self._finished: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()

    def run(self, jobs: Iterator[Job]) -> None:
        """Do all jobs. Raises ClusterError where the workers are unfit, or the scheduler goes away."""
        self._seen.touch()
        try:
            if self._wait_for_workers():
                self._check_workers()
                self._do(jobs)
        finally:
            self._seen.unlink(missing_ok=True)

    def end(self) -> None:
        """Hand over no other job and call back those that wait; those in work see it and end."""
        self._ending = True

    def _do(self, jobs: Iterator[Job]) -> None:
        in_work: dict[Any, tuple[Future[Any], Job]] = {}
        try:
            while not self._ending:
                while len(in_work) < _AHEAD * max(1, self._count()):
                    job = next(jobs, None)
                    if job is None:
                        break
                    future = self._submit(job)
                    in_work[future.key] = (future, job)
                if not in_work or self._ending:
                    return
                with contextlib.suppress(queue.Empty):
                    future = self._finished.get(timeout=_LOOK_INTERVAL)
                    _, job = in_work.pop(future.key)
                    self._watcher.ended(self._outcome(future, job))
        finally:
            if in_work:
                with contextlib.suppress(Exception):
                    self._client.cancel([future for future, _ in in_work.values()], force=True)

    def _submit(self, job: Job) -> Future[Any]:
        self._given += 1
        future = self._client.submit(
            do_on_worker,
            job.as_json(),
            (str(self._seen), self._weights),
            asdict(self._wanted),
            key=f"handtrack-{self._run}-{self._given}",
            pure=False,
            retries=_UNFORESEEN_RETRIES,
        )
        future.add_done_callback(self._finished.put)
        return future

    def _outcome(self, future: Future[Any], job: Job) -> Outcome:
        from distributed import KilledWorker

        if future.status == "finished":
            return Outcome.model_validate(future.result(timeout=_PATIENCE))
        if future.status == "error":
            error = future.exception(timeout=_PATIENCE)
            if isinstance(error, KilledWorker):
                return job.failed(
                    f"{job.source}: {error.allowed_failures + 1} workers died at it, out of memory perhaps"
                )
            if isinstance(error, ClusterError):
                raise error
            return job.failed(f"{job.source}: the worker failed ({type(error).__name__}: {reason(error)})")
        raise ClusterError(
            f"the scheduler at {self._address} went away; what is done is kept: run the same again to go on"
        )

    def _count(self) -> int:
        """Threads of all workers, as they were seconds ago."""
        if time.monotonic() - self._counted_at < _COUNT_INTERVAL:
            return self._threads
        self._counted_at = time.monotonic()
        before = self._threads
        try:
            self._threads = sum(self._client.nthreads().values())
        except Exception as error:
            raise ClusterError(
                f"the scheduler at {self._address} does not answer ({reason(error)}); "
                "what is done is kept: run the same again to go on"
            ) from None
        if before and not self._threads:
            self._watcher.note(f"no worker is left at {self._address}; waiting for one")
        return self._threads

    def _wait_for_workers(self) -> bool:
        told = False
        while not self._ending and not self._count():
            if not told:
                self._watcher.note(f"no worker is at {self._address} yet; waiting for one")
            told = True
            time.sleep(_LOOK_INTERVAL)
        return not self._ending

    def _check_workers(self) -> None:
        """Ask each worker what it has. Raises ClusterError that names those that cannot do the work."""
        found = self._client.run(fitness, str(self._seen), self._weights, on_error="return")
        unfit = [
            f"the worker {worker} {problem}"
            for worker, answer in found.items()
            if (problem := self._wanted.problem(answer))
        ]
        if unfit:
            more = f", and {len(unfit) - _MOST_NAMED} more" if len(unfit) > _MOST_NAMED else ""
            raise ClusterError("; ".join(unfit[:_MOST_NAMED]) + more)


def do_on_worker(
    job: dict[str, Any], asked: tuple[str, str | None], wanted: dict[str, str]
) -> dict[str, Any]:
    """A job in a worker of the cluster, in and out as plain values.

    asked: of `fitness`; wanted: a Fitness. Raises ClusterError where the worker cannot do any job.
    """
    # Workers come while the work goes on, and one that fails at once would take all jobs.
    if problem := Fitness(**wanted).problem(fitness(*asked)):
        raise ClusterError(f"the worker {worker_name()} {problem}")
    keep_to_one_core()
    looked_at = time.monotonic()

    def look(done: int, total: int | None) -> None:
        nonlocal looked_at
        if time.monotonic() - looked_at > _RUN_INTERVAL:
            looked_at = time.monotonic()
            if not os.path.exists(asked[0]):
                raise ClusterError("the run has ended")

    return do(Job(**job), look).model_dump(mode="json")
