"""System packages are installed in one line, or the line to run is said."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "apt.sh"


def run(tmp_path: Path, user: int, apt_get: str) -> subprocess.CompletedProcess[str]:
    """Run the script as this user, with a stand-in for apt-get."""
    for name, text in (("id", f"echo {user}"), ("apt-get", apt_get)):
        stand_in = tmp_path / name
        stand_in.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        stand_in.chmod(0o755)
    return subprocess.run(
        ["bash", str(SCRIPT), str(tmp_path / "log.txt"), "libgl1", "xvfb"],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
class TestAsOnDebian:
    def test_root_sees_one_line_and_the_rest_is_in_the_log(self, tmp_path: Path) -> None:
        done = run(tmp_path, 0, 'echo "asked to $*"')

        assert done.returncode == 0
        assert done.stdout.splitlines() == ["Installing 2 system packages (about a minute, up to 250 MB)"]
        log = (tmp_path / "log.txt").read_text(encoding="utf-8").splitlines()
        assert log == ["asked to update", "asked to install -y --no-install-recommends libgl1 xvfb"]

    def test_root_sees_the_end_of_the_log_where_it_fails(self, tmp_path: Path) -> None:
        done = run(tmp_path, 0, "seq 50; echo no such package; exit 100")

        assert done.returncode == 1
        assert str(tmp_path / "log.txt") in done.stdout
        assert done.stdout.splitlines()[-1] == "  no such package"
        assert len(done.stdout.splitlines()) == 14

    def test_others_are_told_what_to_run(self, tmp_path: Path) -> None:
        done = run(tmp_path, 1000, "echo must not run >&2; exit 1")

        assert done.returncode == 1
        assert done.stdout.splitlines()[1].startswith("sudo apt-get update && sudo apt-get install")
        assert done.stdout.splitlines()[1].endswith(" libgl1 xvfb")
        assert done.stderr == ""
