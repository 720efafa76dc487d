"""`python -m handtrack.batch.worker [CORE]`: takes jobs, a line of JSON each, and answers in lines.

Of its answers, {"frames": [done, total]} come now and then, and {"outcome": ...} once for each job. It ends
with its input: when the program that started it is killed, nothing of it goes on. CORE: that it stays on.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from typing import Any, Final, TextIO

from handtrack.batch.job import Job, do
from handtrack.ending import end_program
from handtrack.native_threads import keep_to_one_core

_TELL_INTERVAL: Final = 0.5
"""Seconds between two lines on how far a job is."""


class Worker:
    """Does the jobs that come in over one stream, and answers over another."""

    def __init__(self, jobs: TextIO, answers: TextIO) -> None:
        self._incoming = jobs
        self._answers = answers
        self._jobs: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._busy = threading.Event()

    def run(self) -> None:
        """Work until the jobs end. Raises Terminated where they end, or SIGTERM comes, amid one."""
        threading.Thread(target=self._read, name="handtrack-jobs", daemon=True).start()
        while (line := self._jobs.get()) is not None:
            outcome = do(Job(**json.loads(line)), self._progress())
            self._busy.clear()
            self._answer({"outcome": outcome.model_dump(mode="json")})

    def _read(self) -> None:
        for line in self._incoming:
            self._busy.set()
            self._jobs.put(line)
        self._jobs.put(None)
        if self._busy.is_set():
            os.kill(os.getpid(), signal.SIGTERM)

    def _progress(self) -> Any:
        told = 0.0

        def progress(done: int, total: int | None) -> None:
            nonlocal told
            if time.monotonic() - told >= _TELL_INTERVAL:
                told = time.monotonic()
                self._answer({"frames": [done, total]})

        return progress

    def _answer(self, values: dict[str, Any]) -> None:
        self._answers.write(json.dumps(values) + "\n")
        self._answers.flush()


def main() -> None:
    """Entry point of a worker process."""
    # A terminal sends Ctrl-C to all; who started this process decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What native libraries print must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    keep_to_one_core(int(sys.argv[1]) if len(sys.argv) > 1 else None)
    status = 0
    try:
        Worker(sys.stdin, answers).run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except (BrokenPipeError, KeyboardInterrupt):
        status = 1
    end_program(status)


if __name__ == "__main__":
    main()
