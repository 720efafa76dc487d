"""Ctrl-C while a verb starts, which a native library may turn into an error of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import signal, sys
import handtrack.cli, handtrack.cli.window

def settings(*_):
    try:
        if {pressed}:
            signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        pass
    raise RuntimeError("building a serializer: KeyboardInterrupt")

handtrack.cli.window.settings_of = settings
sys.argv = ["handtrack", "run"]
handtrack.cli.main()
"""


@pytest.mark.parametrize(("pressed", "status"), [(True, 130), (False, 1)])
def test_an_error_that_ctrl_c_became_is_an_interruption(pressed: bool, status: int) -> None:
    """While pydantic built its settings, Ctrl-C came out as SchemaError: a traceback, and exit status 1."""
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(pressed=pressed)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == status, ended.stderr
    assert (ended.stderr == "interrupted\n") is pressed


def test_ctrl_c_that_is_ignored_stays_ignored() -> None:
    """As in a shell's background."""
    program = """
import signal
from handtrack.ending import note_interruptions, was_interrupted
signal.signal(signal.SIGINT, signal.SIG_IGN)
note_interruptions()
signal.raise_signal(signal.SIGINT)
assert not was_interrupted()
"""
    subprocess.run([sys.executable, "-c", program], check=True)
