"""Jobs on this machine: worker processes, each with one job at a time and one core."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import IO, Any, Final

from handtrack.batch.job import Job
from handtrack.batch.outcome import Outcome
from handtrack.batch.watching import Watcher
from handtrack.native_threads import ONE_THREAD_EACH, core_of

logger = logging.getLogger(__name__)

_ATTEMPTS: Final = 2
_JOBS_EACH: Final = 100
"""After so many jobs a worker makes room for a new one: what a library leaks does not add up for days."""
_END_PATIENCE: Final = 4.0


class LocalWorkers:
    """So many processes that do jobs, until there is none left or `end` is called.

    A process that dies is replaced, and its job done once more; then it has failed. Processes rather than
    threads: one that fails or is killed takes no other with it, and Python's lock is not shared.
    """

    def __init__(self, workers: int, watcher: Watcher) -> None:
        self._workers = workers
        self._watcher = watcher
        self._taking = threading.Lock()
        self._ending = False
        self._processes: dict[int, _Process] = {}

    def run(self, jobs: Iterator[Job]) -> None:
        """Do all jobs, which are taken one by one as there is room. Raises what taking one raises."""
        with ThreadPoolExecutor(self._workers, "handtrack-lane") as pool:
            lanes = [pool.submit(self._lane, lane, jobs) for lane in range(self._workers)]
            try:
                wait(lanes, return_when=FIRST_EXCEPTION)
            except BaseException:
                self.end()
                raise
            if any(lane.done() and lane.exception() for lane in lanes):
                self.end()
            for lane in lanes:
                lane.result()

    def end(self) -> None:
        """Begin no other job, and end those in hand, which come to nothing; for a signal's handler."""
        self._ending = True
        for process in tuple(self._processes.values()):
            process.terminate()

    def _lane(self, number: int, jobs: Iterator[Job]) -> None:
        process: _Process | None = None
        try:
            while (job := self._next(jobs)) is not None:
                died = ""
                for _ in range(_ATTEMPTS):
                    if process is None or process.jobs == _JOBS_EACH:
                        process = self._replaced(number, process)
                    outcome = self._do(number, process, job)
                    if outcome is not None or self._ending:
                        break
                    died = process.close()
                    process = None
                    self._watcher.note(f"the worker at {job.source} {died}")
                if outcome is None and not self._ending:
                    outcome = job.failed(f"{job.source}: its worker {died}, {_ATTEMPTS} times")
                if outcome is not None:
                    self._watcher.ended(outcome)
        finally:
            self._processes.pop(number, None)
            if process is not None:
                process.close()

    def _next(self, jobs: Iterator[Job]) -> Job | None:
        with self._taking:
            return None if self._ending else next(jobs, None)

    def _replaced(self, number: int, process: _Process | None) -> _Process:
        if process is not None:
            process.close()
        process = self._processes[number] = _Process(core_of(number, self._workers))
        if self._ending:
            process.terminate()
        return process

    def _do(self, number: int, process: _Process, job: Job) -> Outcome | None:
        for answer in process.answers(job):
            if "outcome" in answer:
                return Outcome.model_validate(answer["outcome"])
            self._watcher.frames(number, job.source, *answer["frames"])
        return None


class _Process:
    """A process of `handtrack.batch.worker`. jobs: that it was given so far."""

    def __init__(self, core: int | None) -> None:
        """core: that it stays on; None leaves that to the system."""
        self.jobs = 0
        place = () if core is None else (str(core),)
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "handtrack.batch.worker", *place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if logger.isEnabledFor(logging.DEBUG) else subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, **ONE_THREAD_EACH},
        )

    def answers(self, job: Job) -> Iterator[dict[str, Any]]:
        """What it says of a job, up to the end of its output where it dies."""
        self.jobs += 1
        with contextlib.suppress(BrokenPipeError):
            stdin = _there(self._popen.stdin)
            stdin.write(json.dumps(job.as_json()) + "\n")
            stdin.flush()
        for line in _there(self._popen.stdout):
            try:
                answer = json.loads(line)
            except ValueError:
                return  # it died while it wrote
            yield answer
            if "outcome" in answer:
                return

    def terminate(self) -> None:
        """Ask it to end soon."""
        self._popen.terminate()

    def close(self) -> str:
        """Wait for its end, without another job; gives how it ended."""
        with contextlib.suppress(OSError):
            _there(self._popen.stdin).close()
        try:
            status = self._popen.wait(_END_PATIENCE)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            status = self._popen.wait()
        _there(self._popen.stdout).close()
        return _ending(status)


def _there(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    memory = ", as Linux does when memory runs out" if name == "SIGKILL" else ""
    return f"was ended by {name}{memory}"
