"""The error stream of the process, where native libraries write past Python."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from handtrack.native_lines import NativeLines, remarks_to_the_log

ROOT = Path(__file__).resolve().parents[2]
REMARK = re.compile(rb"INFO: made")


def run(program: str) -> subprocess.CompletedProcess[str]:
    """What a program, which ends well, writes."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    return done


def test_what_native_code_writes_is_read_and_the_stream_comes_back(capfd):
    with NativeLines() as native:
        os.write(2, b"INFO: made\nhalf a ")
        assert native.take() == ["INFO: made"]
        os.write(2, b"line\r\n\n\xff\n")
        assert native.take() == ["half a line", "\N{REPLACEMENT CHARACTER}"]
        for number in range(30_000):
            os.write(2, b"again %d\n" % number)
        newest = native.take()
        assert newest[-1] == "again 29999"
        assert len(newest) < 10_000, "what nobody can read is not kept"
        os.write(2, b"after many\n")
        assert native.take() == ["after many"]
        assert native.take() == []
    os.write(2, b"as before\n")
    assert capfd.readouterr().err == "as before\n"


def test_pythons_own_errors_still_reach_the_terminal():
    program = (
        "import os, sys\n"
        "from handtrack.native_lines import NativeLines\n"
        "with NativeLines() as native:\n"
        "    os.write(2, b'native\\n')\n"
        "    sys.stderr.write('python\\n')\n"
        "    print(native.take())\n"
        "sys.stderr.write('afterwards\\n')\n"
    )
    done = run(program)
    assert done.stdout == "['native']\n"
    assert done.stderr == "python\nafterwards\n"


def test_remarks_go_to_the_log_and_all_else_to_where_it_went(capfd, caplog):
    caplog.set_level(logging.DEBUG, "handtrack.native_lines")
    with remarks_to_the_log(REMARK):
        os.write(2, b"tracking: 3 of 4 framesINFO: made \x1b[31mit\n")
        os.write(2, b"ERROR: cannot\nhalf a ")
    os.write(2, b"line\n")
    assert capfd.readouterr().err == "tracking: 3 of 4 framesERROR: cannot\nhalf a line\n"
    (record,) = caplog.records
    assert record.message.startswith("INFO: made")
    assert "\x1b" not in record.message
    assert record.levelno == logging.DEBUG, "for those who ask for it"


def test_an_error_meanwhile_passes_and_the_stream_comes_back(capfd):
    def fail() -> None:
        with remarks_to_the_log(REMARK), remarks_to_the_log(REMARK):
            os.write(2, b"INFO: made\nlast words\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    os.write(2, b"as before\n")
    assert capfd.readouterr().err == "last words\nas before\n"


def test_who_gathers_all_lines_has_the_remarks_too(capfd):
    with NativeLines() as native:
        with remarks_to_the_log(REMARK):
            os.write(2, b"INFO: made\n")
        assert native.take() == ["INFO: made"]
    assert capfd.readouterr().err == ""


def test_where_all_lines_are_gathered_nobody_waits():
    with NativeLines(), remarks_to_the_log(REMARK):
        done = threading.Event()

        def speak() -> None:
            with remarks_to_the_log(REMARK):
                done.set()

        threading.Thread(target=speak, daemon=True).start()
        assert done.wait(30)


def test_threads_that_turn_the_stream_aside_wait_for_each_other(capfd):
    def speak() -> None:
        for number in range(50):
            with remarks_to_the_log(REMARK):
                os.write(2, b"INFO: made\n")
                if number % 10 == 0:
                    os.write(2, b"heard\n")

    threads = [threading.Thread(target=speak, daemon=False) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        with NativeLines():
            pass
    for thread in threads:
        thread.join()
    os.write(2, b"as before\n")
    lines = capfd.readouterr().err.splitlines()
    # What is said in the moment in which all lines are gathered is gathered.
    assert set(lines) == {"heard", "as before"}
    assert lines[-1] == "as before"


def test_without_an_error_stream_nothing_changes():
    program = (
        "import os, re\n"
        "from handtrack.native_lines import remarks_to_the_log\n"
        "os.close(2)\n"
        "with remarks_to_the_log(re.compile(b'INFO')):\n"
        "    print('done')\n"
    )
    done = run(program)
    assert done.stdout == "done\n"
