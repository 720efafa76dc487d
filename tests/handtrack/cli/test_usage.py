"""How the `handtrack` command is called: its help, its options, and what it says of wrong ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.handtrack.cli.calling import failed_with_one_line, handtrack

SLOW_IMPORTS = {"av", "cv2", "mediapipe", "numpy", "open3d", "pyarrow", "pydantic", "PyQt6", "rich", "torch"}


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys, handtrack.cli\n"
        "handtrack.cli.command()\n"
        f"print(sorted({SLOW_IMPORTS!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_numpy_brings_no_threads_into_the_program() -> None:
    code = (
        "import os, sys\n"
        "import handtrack.ending\n"
        "handtrack.ending.end_program = lambda status: None\n"
        "import handtrack.cli\n"
        "sys.argv[1:] = ['--version']\n"
        "handtrack.cli.main()\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "import numpy\n"
        "print(len(os.listdir('/proc/self/task')) - before)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )

    assert done.stdout.splitlines()[-1] == "0"


def test_help_lists_every_verb() -> None:
    done = subprocess.run([sys.executable, "-m", "handtrack", "--help"], capture_output=True, text=True)

    assert done.returncode == 0
    for verb in (
        "run",
        "process",
        "show",
        "check",
        "repair",
        "export",
        "view",
        "demo",
        "cameras",
        "models",
        "doctor",
    ):
        assert f"\n  {verb} " in done.stdout


def test_version_is_printed() -> None:
    from handtrack import __version__

    assert handtrack("--version").stdout == f"handtrack {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["juggle"], ["process"], ["process", "clip.mp4"], ["run", "--quit-after", "-1"], ["show"], ["--colour"]],
)
def test_wrong_usage_exits_with_two(arguments: list[str]) -> None:
    result = handtrack(*arguments)

    assert result.exit_code == 2
    assert "Usage" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("verb", [["process", "clip.mp4", "--out", "out"], ["run"], ["demo"]])
def test_bad_setting_is_one_line_and_exits_with_two(verb: list[str]) -> None:
    line = failed_with_one_line(handtrack(*verb, "--set", "tracker.max_hands=9"), 2)

    assert line.startswith("error: tracker.max_hands (--set tracker.max_hands=9): 9 is not allowed")


@pytest.mark.parametrize("verb", [["process", "clip.mp4", "--out", "out"], ["run"]])
@pytest.mark.parametrize("hands", ["0", "9", "two", "1.5"])
def test_a_number_of_hands_that_cannot_be_is_wrong_usage(verb: list[str], hands: str) -> None:
    result = handtrack(*verb, "--hands", hands)

    assert result.exit_code == 2
    assert "--hands" in result.stderr
    assert "Traceback" not in result.stderr


def test_short_options_are_settings_and_win() -> None:
    from handtrack.cli.common import settings_of, with_options

    settings = settings_of(None, with_options(["tracker.max_hands=3"], mirrored=True, hands=8, as_video=True))
    assert settings.tracker.max_hands == 8
    assert settings.playback.images_as_video
    assert settings.source.mirrored
    unchanged = with_options(["tracker.max_hands=3"], mirrored=False, hands=None, as_video=False)
    settings = settings_of(None, unchanged)
    assert not settings.source.mirrored
    assert settings.tracker.max_hands == 3
    assert not settings.playback.images_as_video


def test_settings_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    line = failed_with_one_line(handtrack("run", "--config", tmp_path / "absent.yaml"), 2)

    assert "absent.yaml cannot be read" in line
