"""What lies in the source distribution and in the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = {
    "configs/default.yaml",
    "configs/training/shipped.yaml",
    "assets/demo/hand.mp4",
    "assets/weights/handtrack.safetensors",
    "assets/weights/handtrack.encode.onnx",
    "assets/weights/finder.onnx",
}
LICENCES = {"LICENSE", "LICENSE-Apache-2.0.txt", "LICENSE-GPL-3.0.txt"}
CODE = {
    "handtrack/__init__.py",
    "handtrack/py.typed",
    "app/main.py",
    "app/py.typed",
    "app/icons/check-dark.svg",
}
MOST_BYTES = 20_000_000


@pytest.fixture(scope="module")
def in_wheel(released: Path) -> dict[str, bytes]:
    (wheel,) = released.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def in_source(released: Path) -> set[str]:
    (source,) = released.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        return {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in archive.getnames()}


def test_the_wheel_has_the_code_what_it_reads_and_the_licences(in_wheel: dict[str, bytes]) -> None:
    (metadata,) = (PurePosixPath(name).parent for name in in_wheel if name.endswith("/METADATA"))

    assert set(in_wheel) >= CODE
    assert {f"handtrack/_resources/{name}" for name in SHIPPED} <= set(in_wheel)
    assert {f"{metadata}/licenses/{name}" for name in LICENCES} <= set(in_wheel)


def test_the_wheel_has_nothing_else(in_wheel: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in in_wheel}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"handtrack", "app"}
    assert sum(map(len, in_wheel.values())) < MOST_BYTES


def test_the_source_has_the_same_and_what_explains_it(in_source: set[str]) -> None:
    assert CODE | SHIPPED | LICENCES | {"README.md", "CHANGELOG.md", "docs/estimator.md"} <= in_source


def test_the_source_has_no_data_of_tests_and_no_runs(in_source: set[str]) -> None:
    tops = {name.partition("/")[0] for name in in_source}

    assert not tops & {"tests", "runs", "out", "shared", "dist", ".venv", ".git"}


def test_the_index_is_told_who_made_it_and_under_which_licences(in_wheel: dict[str, bytes]) -> None:
    (text,) = (content for name, content in in_wheel.items() if name.endswith("/METADATA"))
    metadata = HeaderParser().parsestr(text.decode())

    assert metadata["Name"] == "handtrack-sigma"
    assert metadata["License-Expression"] == "Apache-2.0 AND GPL-3.0-or-later"
    assert metadata["Author"] == "The handtrack authors"
    assert "+" not in metadata["Version"]  # the index refuses a local version
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])


def test_what_the_index_shows_leads_nowhere_that_is_not_there(in_wheel: dict[str, bytes]) -> None:
    (text,) = (content for name, content in in_wheel.items() if name.endswith("/METADATA"))
    metadata = HeaderParser().parsestr(text.decode())
    shown = str(metadata.get_payload())
    targets = re.findall(r"\]\(([^)]*)\)", shown)
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.strip("# ").lower()).replace(" ", "-")
        for line in shown.splitlines()
        if line.startswith("#")
    }

    assert metadata["Description-Content-Type"] == "text/markdown"
    assert shown.startswith("# handtrack")
    assert "## Start" in shown
    assert "is in the model card, docs/speed.md" in shown, "the words of a link stay"
    assert [
        to for to in targets if not to.startswith("https://") and to.removeprefix("#") not in headings
    ] == []


def version_of(folder: Path) -> str:
    command = [sys.executable, "-m", "hatchling", "version"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def git(folder: Path, *arguments: str) -> None:
    person = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", *person, *arguments], cwd=folder, capture_output=True, check=True)


def test_the_version_is_the_tag_and_without_git_there_is_one_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    assert version_of(tmp_path) == "0.1.dev0"

    git(tmp_path, "init")
    git(tmp_path, "add", "pyproject.toml")
    git(tmp_path, "commit", "-m", "begin")
    git(tmp_path, "tag", "v0.2.0")
    assert version_of(tmp_path) == "0.2.0"

    git(tmp_path, "commit", "--allow-empty", "-m", "go on")
    assert version_of(tmp_path) == "0.2.1.dev1"
