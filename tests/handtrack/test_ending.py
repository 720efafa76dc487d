from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from handtrack.ending import NativeThread, end_threads, on_signals

ROOT = Path(__file__).resolve().parents[2]


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_native_thread_is_a_daemon_whoever_makes_it():
    made: list[NativeThread] = []
    for daemon in (True, False):
        maker = threading.Thread(
            target=lambda: made.append(NativeThread(lambda: None, "made")), daemon=daemon
        )
        maker.start()
        maker.join()

    assert [thread.daemon for thread in made] == [True, True]


def test_threads_are_asked_and_waited_for():
    asked = threading.Event()
    done = []

    def work() -> None:
        asked.wait(20)
        done.append(True)

    thread = NativeThread(work, "busy", asked.set)
    thread.start()

    assert end_threads(20)
    assert done == [True]


def test_a_thread_that_does_not_come_back_is_told():
    let_go = threading.Event()
    thread = NativeThread(lambda: let_go.wait(60), "stuck")
    thread.start()

    assert not end_threads(0.05)
    let_go.set()
    thread.join()
    assert end_threads(0.05)


def test_a_thread_that_cannot_be_asked_holds_up_no_other():
    asked = threading.Event()

    def fail() -> None:
        raise OSError("no such device")

    threads = [NativeThread(lambda: asked.wait(20), "first", asked.set) for _ in range(2)]
    threads.append(NativeThread(lambda: asked.wait(20), "second", fail))
    for thread in threads:
        thread.start()

    assert end_threads(20)


def test_a_script_that_ends_waits_for_its_threads_before_python_goes():
    done = python(
        "import threading, time\n"
        "from handtrack.ending import NativeThread\n"
        "asked = threading.Event()\n"
        "def work():\n"
        "    asked.wait()\n"
        "    time.sleep(0.3)\n"
        "    print('over')\n"
        "NativeThread(work, 'work', asked.set).start()\n"
        "print('end of the script')\n"
    )

    assert done.returncode == 0
    assert done.stdout.splitlines() == ["end of the script", "over"]


def test_a_program_whose_thread_stands_still_has_its_exit_status_and_what_it_said():
    done = python(
        "import threading\n"
        "from handtrack.ending import NativeThread, end_program\n"
        "NativeThread(threading.Event().wait, 'stuck').start()\n"
        "print('said')\n"
        "end_program(3)\n"
    )

    assert done.returncode == 3
    assert done.stdout == "said\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_ask_in_the_block_and_are_pythons_again_after_it(number):
    before, asked = signal.getsignal(number), list[int]()

    with on_signals(asked.append):
        os.kill(os.getpid(), number)
        assert signal.getsignal(number) is not before

    assert asked == [number]
    assert signal.getsignal(number) is before
    assert [thread.name for thread in threading.enumerate() if thread.name == "handtrack-sigterm"] == []


def test_outside_the_main_thread_signals_stay_as_they_are():
    before, seen = signal.getsignal(signal.SIGINT), []

    def look() -> None:
        with on_signals(lambda number: None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [before]


def test_sigterm_ends_a_block_that_ctrl_c_cannot():
    program = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import os, threading\n"
            "from handtrack.ending import on_signals\n"
            # Not print: the second signal may come while the first one's is at it.
            "with on_signals(lambda number: os.write(1, b'asked')):\n"
            "    print('ready', flush=True)\n"
            "    while True:\n"
            "        threading.Event().wait()\n",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    program.send_signal(signal.SIGINT)
    program.send_signal(signal.SIGTERM)
    program.communicate(timeout=60)

    assert program.returncode == 143


def test_a_script_that_does_not_catch_its_termination_ends_with_the_status_that_is_due():
    done = python("from handtrack.ending import Terminated\nraise Terminated\n")

    assert (done.returncode, done.stderr) == (143, "")
