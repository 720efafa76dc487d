"""Installing says in few lines what happens, keeps pip's own, and shows their end where it fails."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.install import LAST_LINES, StatusLine
from tools.progress import PipProgress

ROOT = Path(__file__).resolve().parents[2]
WORKS = """\
Collecting torch<2.14,>=2.6 (from handtrack)
  Downloading torch-2.13.0-cp312-cp312-manylinux_2_28_x86_64.whl.metadata (29 kB)
Collecting numpy (from handtrack)
  Downloading numpy-2.5.5-cp312-cp312-manylinux_2_28_x86_64.whl.metadata (6 kB)
Downloading torch-2.13.0-cp312-cp312-manylinux_2_28_x86_64.whl (526.6 MB)
Progress 0 of 526600000
Progress 100000000 of 526600000
Downloading numpy-2.5.5-cp312-cp312-manylinux_2_28_x86_64.whl (15.7 MB)
Installing collected packages: numpy, torch, handtrack
Successfully installed handtrack-0.1.0 numpy-2.5.5 torch-2.13.0
"""
FAILS = "".join(f"line {number}\n" for number in range(40)) + "ERROR: no space is left\n"


def test_progress_names_what_comes_and_counts_what_has() -> None:
    progress, said = PipProgress(), []
    for line in WORKS.splitlines():
        progress.read(line)
        said.append(str(progress))

    assert said == [
        "choosing versions: torch",
        "choosing versions: torch",
        "choosing versions: numpy",
        "choosing versions: numpy",
        "downloading torch 2.13.0, 527 MB",
        "downloading torch 2.13.0, 527 MB",
        "downloading torch 2.13.0, 527 MB (100 MB have come)",
        "downloading numpy 2.5.5, 16 MB (527 MB have come)",
        "unpacking 3 packages (542 MB have come)",
        "unpacking 3 packages (542 MB have come)",
    ]


def test_only_bare_numbers_are_kept_from_the_log() -> None:
    progress = PipProgress()

    assert [line for line in WORKS.splitlines() if not progress.read(line)] == [
        "Progress 0 of 526600000",
        "Progress 100000000 of 526600000",
    ]


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """Folder of a pip that says what its last argument's file holds, and ends as its first line says."""
    package = tmp_path / "stand_in" / "pip"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import sys\n"
        "code, _, text = open(sys.argv[-1]).read().partition('\\n')\n"
        "sys.stdout.write(text)\n"
        "sys.exit(int(code))\n"
    )
    return package.parent


def command_and_environment(
    folder: Path, stand_in: Path, code: int, text: str
) -> tuple[list[str], dict[str, str]]:
    (folder / "said.txt").write_text(f"{code}\n{text}", encoding="utf-8")
    command = [sys.executable, "-m", "tools.install", str(folder / "log.txt"), str(folder / "said.txt")]
    return command, {**os.environ, "PYTHONPATH": os.pathsep.join([str(stand_in), str(ROOT)]), "COLUMNS": "40"}


def test_where_there_is_no_terminal_one_line_says_what_was_done(tmp_path: Path, stand_in: Path) -> None:
    command, environment = command_and_environment(tmp_path, stand_in, 0, WORKS)

    done = subprocess.run(command, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Installed 3 packages in 0:\d\d, 542 MB downloaded\.\n", done.stdout)
    assert done.stderr == ""
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert log == "".join(line for line in WORKS.splitlines(True) if not line.startswith("Progress"))


def test_the_end_of_what_pip_said_is_shown_where_it_fails(tmp_path: Path, stand_in: Path) -> None:
    command, environment = command_and_environment(tmp_path, stand_in, 3, FAILS)

    done = subprocess.run(command, env=environment, capture_output=True, text=True)

    first, *shown = done.stderr.splitlines()
    assert done.returncode == 3
    assert str(tmp_path / "log.txt") in first
    assert len(shown) == LAST_LINES
    assert shown[-1] == "  ERROR: no space is left"


def test_on_a_narrow_terminal_a_line_stays_one(tmp_path: Path, stand_in: Path) -> None:
    command, environment = command_and_environment(tmp_path, stand_in, 0, WORKS)
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        # On Linux the end of a terminal is an error.
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:
            pass
    os.close(ours)

    assert process.returncode == 0
    *shown, last = re.split(r"[\r\n]+", said.decode().strip())
    assert any("downloading torch" in line for line in shown)
    assert max(map(len, shown)) == 39
    assert last.startswith("Installed 3 packages")
    assert said.count(b"\n") == 1


def test_a_shorter_line_covers_the_longer_one_before_it() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    status = StatusLine(terminal)
    for text in ("long text", "short"):
        status.show(text)
    status.clear()

    assert terminal.getvalue() == "\rlong text\rshort    \r     \r"
