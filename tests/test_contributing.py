"""CONTRIBUTING.md names only what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATHS = re.findall(r"\b(?:app|assets|configs|docs|examples|handtrack|tests|tools)/[\w./-]*\w/?", TEXT)
LINKS = [target.partition("#")[0] for target in re.findall(r"\]\((?!http)([^)]+)\)", TEXT)]


def test_there_are_paths() -> None:
    assert len(set(PATHS)) > 20
    assert LINKS


@pytest.mark.parametrize("path", sorted({*PATHS, *LINKS}))
def test_a_path_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z][a-z-]+)", TEXT)) - {"what"}))
def test_a_target_of_make_that_is_named_exists(target: str) -> None:
    assert re.search(rf"^{target}\b.*:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("handtrack/sources/factory.py", "POSSIBLE_SOURCES"),
        ("handtrack/sources/base.py", "class Source(Protocol)"),
        ("handtrack/sources/played.py", "class Seekable(Source, Protocol)"),
        ("handtrack/exports/formats.py", "FORMATS"),
        ("handtrack/exports/jsonl.py", "def write("),
        ("handtrack/exports/c3d.py", "def write("),
    ],
)
def test_what_is_said_to_be_in_a_file_is_in_it(file: str, words: str) -> None:
    assert file in TEXT
    assert words in (ROOT / file).read_text(encoding="utf-8")


def test_the_entry_point_of_processors_is_the_one_that_is_looked_for() -> None:
    from handtrack.streaming.processors import GROUP

    assert f"`{GROUP}`" in TEXT


def test_the_tests_packages_are_an_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert "'.[test]'" in TEXT
    assert "test" in project["optional-dependencies"]
