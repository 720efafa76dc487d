"""Where Qt cannot draw, the program says so in one sentence and ends with 1: Qt would abort it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks for a screen of X11")


def _opened(**environment: str) -> tuple[int, list[str]]:
    """The exit status of the program, and its lines on the error stream."""
    ours = {name: value for name, value in os.environ.items() if "DISPLAY" not in name and name[:3] != "QT_"}
    done = subprocess.run(
        [sys.executable, "-m", "handtrack", "run", "demo"],
        env=ours | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def test_a_screen_that_does_not_answer_is_named():
    needs_none = "`handtrack process SOURCE --out DIR` needs none"
    assert _opened(DISPLAY=":76543") == (1, [f"error: the screen :76543 does not answer; {needs_none}"])


def test_a_library_that_is_missing_is_named(tmp_path):
    if "DISPLAY" not in os.environ:
        pytest.skip("needs a screen")
    (tmp_path / "libxcb-cursor.so.0").write_text("not a library")
    status, lines = _opened(DISPLAY=os.environ["DISPLAY"], LD_LIBRARY_PATH=str(tmp_path))
    assert status == 1
    assert len(lines) == 1
    assert "libxcb-cursor0 is needed" in lines[0]
    assert lines[0].endswith("`handtrack doctor` says what is missing")


def test_a_platform_that_qt_lacks_is_named():
    status, lines = _opened(QT_QPA_PLATFORM="nonsense")
    assert (status, len(lines)) == (1, 1)
    assert lines[0].startswith("error: the window cannot open (Could not find the Qt platform plugin")
