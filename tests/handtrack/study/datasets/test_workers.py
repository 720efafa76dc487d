"""What works for a process ends with it, however that ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

OWNER = """
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
from handtrack.study.datasets.workers import begin_work

def work(_):
    time.sleep(0.5)  # so that each process gets one
    return os.getpid()

if __name__ == "__main__":
    pool = ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), initializer=begin_work)
    print(*set(pool.map(work, range(4))), flush=True)
    time.sleep(100)
"""


def works(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_process_that_they_work_for(tmp_path: Path, number: signal.Signals):
    program = tmp_path / "owner.py"
    program.write_text(OWNER)
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        workers = [int(word) for word in owner.stdout.readline().split()]
        assert workers
        assert all(map(works, workers))
        owner.send_signal(number)
    give_up = time.monotonic() + 30
    while any(map(works, workers)):
        assert time.monotonic() < give_up, "they wait for work for ever"
        time.sleep(0.05)
