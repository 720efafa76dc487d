from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from app import process_usage
from tests.meanwhile import repeated_meanwhile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's own accounts")


def test_the_process_was_started_before_now_and_always_at_the_same_moment():
    first, second = process_usage.started_at(), process_usage.started_at()
    assert first < time.monotonic()
    assert first == pytest.approx(second, abs=0.05)


def test_memory_that_is_used_is_seen():
    # In a program of its own: of one as large as this the system may take pages back meanwhile.
    code = """
import numpy as np
from app import process_usage
before = process_usage.resident_megabytes()
held = np.ones(50_000_000, dtype=np.uint8)
print(before, process_usage.resident_megabytes(), process_usage.peak_megabytes())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after, peak = map(float, done.stdout.split())
    assert 40 < after - before < 70
    assert peak >= after - 1


def test_the_peak_is_not_that_of_the_program_that_started_it():
    held = np.ones(400_000_000, dtype=np.uint8)
    code = "from app import process_usage; print(process_usage.peak_megabytes())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < held.nbytes / 1e6


def test_a_thread_that_works_is_told_by_its_name():
    done = threading.Event()

    def work() -> None:
        while time.thread_time() < 0.2:
            sum(range(1000))
        done.set()
        release.wait()

    release = threading.Event()
    thread = threading.Thread(target=work, name="busy (one)")
    thread.start()
    done.wait()
    seconds = process_usage.thread_seconds()
    release.set()
    thread.join()
    assert seconds["busy (one)"] == pytest.approx(0.2, abs=0.05)
    assert seconds[process_usage.WINDOW_THREAD] > 0


def test_threads_that_end_meanwhile_are_left_out():
    def come_and_go() -> None:
        threads = [threading.Thread(target=int) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with repeated_meanwhile(come_and_go, threads=2):
        for _ in range(100):  # the first ones meet such a thread already
            assert process_usage.thread_seconds()
