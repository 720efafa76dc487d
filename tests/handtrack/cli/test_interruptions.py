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


_IN_A_WEAK_REFERENCE = """
class Thing: pass
thing = Thing()
reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
del thing
"""
_IN_AN_IMPORT = """
code = "signal.raise_signal(signal.SIGINT); lock_released = True"
exec(compile(code, "<frozen importlib._bootstrap>", "exec"), globals())
assert lock_released
"""


@pytest.mark.parametrize("press", [_IN_A_WEAK_REFERENCE, _IN_AN_IMPORT], ids=["weak reference", "import"])
def test_ctrl_c_where_python_would_drop_it_comes_a_moment_later(press: str) -> None:
    """In the call of a weak reference, in the midst of an import, it was lost: the program tracked on."""
    program = f"""
import signal, time, weakref
from handtrack.ending import note_interruptions
note_interruptions()
{press}
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=50
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "interrupted\n", "")


def test_other_errors_that_python_drops_are_told_as_ever() -> None:
    program = """
import weakref
from handtrack.ending import note_interruptions
note_interruptions()
class Thing: pass
thing = Thing()
reference = weakref.ref(thing, lambda _: 1 / 0)
del thing
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "ZeroDivisionError" in ended.stderr


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
