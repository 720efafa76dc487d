"""What is looked at before a commit can be run, sees what it should, and finds nothing in what is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = ROOT / ".pre-commit-config.yaml"
HOOKS = {
    hook["id"]: hook
    for repository in yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))["repos"]
    for hook in repository["hooks"]
}
TOOLS = Path(sys.executable).parent
# As git would give it: an added key, and a slip. Neither stands here in one piece.
KEY = "aws = '" + "AKIA" + "Z7Q4X2M9W6T1R8P3'\n"
SLIP = "rec" + "ieve\n"


def run(hook: str, *files: Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a hook's own command on these files, with the tools of this Python."""
    tool, *arguments = shlex.split(HOOKS[hook]["entry"])
    command = [str(TOOLS / Path(tool).name), *arguments, *map(str, files)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def tracked() -> list[Path]:
    """Files that are under version control; skips where this is no checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("needs a checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_the_configuration_is_valid() -> None:
    from pre_commit.clientlib import load_config

    assert load_config(str(CONFIGURATION))["repos"]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_comes_with_the_tests_packages(hook: str) -> None:
    assert HOOKS[hook]["language"] == "system"
    tool = shlex.split(HOOKS[hook]["entry"])[0]
    assert tool.startswith(".venv/bin/")
    assert (TOOLS / Path(tool).name).is_file()


def test_no_word_slipped() -> None:
    done = run("typos", ROOT)

    assert done.returncode == 0, done.stdout


def test_a_slip_is_seen(tmp_path: Path) -> None:
    (tmp_path / "words.md").write_text(SLIP, encoding="utf-8")

    assert run("typos", tmp_path / "words.md").returncode != 0


def test_no_key_is_in_what_is_set_by_hand() -> None:
    # Not in every file, which takes half a minute: the hook sees each that changes.
    files = [path for path in tracked() if path.suffix in (".toml", ".yaml", ".md", ".sh", "")]

    done = run("secrets", *files)

    assert done.returncode == 0, done.stdout


def test_a_key_is_seen(tmp_path: Path) -> None:
    (tmp_path / "settings.txt").write_text(KEY, encoding="utf-8")

    assert run("secrets", tmp_path / "settings.txt").returncode != 0


def test_large_files_are_only_those_that_are_meant() -> None:
    meant = re.compile(HOOKS["large-files"]["exclude"])
    most = int(re.findall(r"--maxkb=(\d+)", HOOKS["large-files"]["entry"])[0]) * 1024
    names = [path.relative_to(ROOT).as_posix() for path in tracked() if path.stat().st_size > most]

    assert [name for name in names if not meant.search(name)] == []
    assert names, "the limit would not be one"
