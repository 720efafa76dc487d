"""What the documents show is so: commands exist, code runs, settings load, links lead somewhere."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import cv2
import pytest
from typer.testing import CliRunner

import handtrack
from handtrack.batch.outcome import Outcome
from handtrack.batch.summary_table import SummaryTable
from handtrack.cli import VERBS, command
from handtrack.config import load_settings
from handtrack.sessions import SessionRecorder
from tests.documented_commands import SHELL, calls, failures, is_shell
from tests.documents import (
    DOCS,
    ROOT,
    Piece,
    anchors,
    blocks,
    codes,
    crowded_lists,
    described_names,
    links,
    markdown_files,
)

FILES = markdown_files()
BLOCKS = [block for file in FILES for block in blocks(file)]
PYTHON = [block for block in BLOCKS if block.language == "python"]

NO_COMMANDS = ("Source --capture thread-->", "crop -> backbone, once", "crc32 0a1b2c3d of")
"""How blocks begin that are drawings or examples of a text."""
NOT_RUN = {"from dask_jobqueue import SLURMCluster": "needs a cluster with SLURM"}
"""First lines of Python that is not run, and why; it is compiled, and what it imports of ours is there."""
QUICK = ("show", "check", "export")
"""Commands that are run as they stand, on a session that is called as the document calls it."""
FRAMES = 40


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what documents speak of: a clip, a photo, recorded sessions, a table of many videos."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "clip.mp4").symlink_to(ROOT / "assets" / "demo" / "hand.mp4")
    with (
        av.open(str(folder / "clip.mp4")) as clip,
        handtrack.HandTracker.load(max_hands=1) as tracker,
        SessionRecorder(folder / "DIR", settings=load_settings()) as recorder,
    ):
        for number, picture in zip(range(FRAMES), clip.decode(video=0), strict=False):
            image = picture.to_ndarray(format="bgr24")
            recorder.write(tracker.process(image, number / 30))
    cv2.imwrite(str(folder / "photo.jpg"), image)
    (folder / "session").symlink_to(folder / "DIR")
    (folder / "out").mkdir()
    table = SummaryTable(folder / "out")
    times = {"ended": datetime.now(UTC), "video_seconds": 10.0, "seconds_taken": 3.0}
    (folder / "out" / "clip").mkdir()
    table.add(Outcome(source="/videos/clip.mp4", session="clip", status="done", **times))
    table.add(Outcome(source="/videos/x.mp4", session="", status="failed", error="no video", **times))
    table.close()
    return folder


def test_documents_are_found() -> None:
    names = {file.relative_to(ROOT).as_posix() for file in FILES}
    assert {"README.md", "docs/index.md", "handtrack/study/README.md"} <= names
    assert len(BLOCKS) > 60


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    kinds = (*SHELL, "python", "yaml", "toml", "json")
    unknown = [f"{block}: {block.language}" for block in BLOCKS if block.language not in kinds]
    unknown += [
        f"{block}: {block.text[:60]!r} is neither a command nor in NO_COMMANDS"
        for block in BLOCKS
        if block.language in SHELL and not is_shell(block) and not block.text.startswith(NO_COMMANDS)
    ]
    assert unknown == []


def test_every_command_exists_with_its_options() -> None:
    shown = list(calls(FILES))
    assert len(shown) > 150
    assert failures(shown) == []


def test_every_command_of_the_program_is_documented() -> None:
    named = {call.words[1] for call in calls(FILES) if call.words[0] == "handtrack" and len(call.words) > 1}
    assert set(VERBS) - named == set()


def test_commands_that_are_quick_do_what_is_said(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {call.words: call for call in calls(FILES) if call.whole}
    quick = [
        call for words, call in shown.items() if words[0] == "handtrack" and words[1:2] and words[1] in QUICK
    ]
    wrong = []
    for number, call in enumerate(each for each in quick if "FORMAT" not in each.words):
        here = tmp_path / str(number)
        shutil.copytree(place, here, symlinks=True)
        monkeypatch.chdir(here)
        done = CliRunner().invoke(command([call.words[1]]), list(call.words[1:]))
        if done.exit_code:
            wrong.append(f"{call}: {done.output}")
    assert wrong == []
    assert {call.words[1] for call in quick} == set(QUICK)


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_runs(
    block: Piece, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    code = compile(block.text, str(block), "exec")
    first = block.text.partition("\n")[0]
    if first in NOT_RUN:
        for module, name in _ours(block.text):
            assert hasattr(__import__(module, fromlist=["_"]), name)
        return
    made: dict[str, Any] = {"__name__": "__main__"}
    exec(code, made)
    for each in [value for value in made.values() if isinstance(value, type) and hasattr(value, "process")]:
        if each.__module__ == "__main__":  # a processor that is shown
            processor = each()
            for frame in handtrack.open_session("DIR").frames():
                processor.process(frame.result())
            processor.close()
            assert "[" in capsys.readouterr().out


def _ours(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("handtrack"):
            yield from ((node.module or "", alias.name) for alias in node.names)


def test_what_is_not_run_is_still_there() -> None:
    assert set(NOT_RUN) <= {block.text.partition("\n")[0] for block in PYTHON}


def test_settings_that_are_shown_load(tmp_path: Path) -> None:
    shown = [block for block in BLOCKS if block.language == "yaml"]
    assert shown
    wrong = []
    for block in shown:
        (tmp_path / "settings.yaml").write_text(block.text, encoding="utf-8")
        try:
            load_settings(tmp_path / "settings.yaml")
        except handtrack.ConfigError as error:
            wrong.append(f"{block}: {error}")
    assert wrong == []


def test_other_data_that_is_shown_can_be_read() -> None:
    readers = {"toml": tomllib.loads, "json": json.loads}
    for block in BLOCKS:
        if block.language in readers:
            readers[block.language](block.text)


def test_every_link_leads_somewhere() -> None:
    shown = [link for file in FILES for link in links(file)]
    assert len(shown) > 100
    assert [f"{link}: {link.text} ({fault})" for link in shown if (fault := _dead(link))] == []


def _dead(link: Piece) -> str:
    address = urlsplit(link.text)
    if address.scheme:
        spelled = address.scheme == "https" and "." in (address.hostname or "") and " " not in link.text
        return "" if spelled else "not of the form https://host/..."
    target = (link.file.parent / address.path).resolve() if address.path else link.file
    if not target.is_relative_to(ROOT) or not target.exists():
        return "not there"
    if address.path.startswith("/"):
        return "begins at the root of a disk"
    if address.fragment and address.fragment not in anchors(target):
        return "no such heading"
    return ""


def test_files_that_are_named_exist() -> None:
    homes = (ROOT, ROOT / "handtrack", ROOT / "handtrack" / "study", ROOT / "app")
    missing = []
    for file in FILES:
        for code in codes(file):
            path = code.text.partition("::")[0].partition(":")[0]
            if "/" in path and path.endswith(".py") and not set(path) & set(" *$<"):
                rooms = [*homes, file.parent, *file.parent.iterdir()]
                if not any((room / path).exists() for room in rooms):
                    missing.append(f"{code}: {path}")
    assert missing == []


def test_modules_that_docstrings_name_exist() -> None:
    sources = [path for room in ("handtrack", "app") for path in (ROOT / room).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    named = {name for text in texts for name in re.findall(r"`((?:handtrack|app)(?:\.[a-z_]+)+)`", text)}
    assert len(named) > 5
    assert {name for name in named if not _is_there(name)} == set()


def _is_there(name: str) -> bool:
    file = ROOT.joinpath(*name.split("."))
    module, _, last = name.rpartition(".")
    return (
        file.with_suffix(".py").is_file()
        or file.is_dir()
        or hasattr(__import__(module, fromlist=["_"]), last)
    )


def test_lists_and_tables_stand_by_themselves() -> None:
    assert [f"{piece}: {piece.text}" for file in FILES for piece in crowded_lists(file)] == []


def test_every_picture_is_used_and_made_and_small() -> None:
    shown = {(link.file.parent / link.text).resolve() for file in FILES for link in links(file)}
    makers = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*picture*.py"))
    for picture in sorted((DOCS / "pictures").iterdir()):
        assert picture in shown, f"no page shows {picture.name}"
        assert picture.stat().st_size <= 300_000, f"{picture.name} is larger than 300 kB"
        assert picture.stem in makers, f"no script makes {picture.name}"


def test_make_pictures_runs_every_script_of_them() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\npictures:")[2].partition("\n\n")[0]
    assert [path.name for path in DOCS.glob("*picture*.py") if f"docs/{path.name}" not in recipe] == []


def test_every_public_name_is_described() -> None:
    described = described_names(DOCS / "api.md")
    renamed = {"open_session": "handtrack.sessions.read_session"}
    names = set(handtrack.__all__) - {"__version__"}
    assert {name for name in names if renamed.get(name, f"handtrack.{name}") not in described} == set()
    for name in described | described_names(DOCS / "api-rooms.md"):
        module, _, last = name.rpartition(".")
        with contextlib.suppress(ImportError):
            assert hasattr(__import__(module, fromlist=["_"]), last)
