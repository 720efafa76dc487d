"""Which folder each source has, in one run and over many."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from handtrack.batch.listing import SourceList
from handtrack.batch.naming import SessionNames
from handtrack.batch.outcome import Outcome, read_origin, write_origin
from handtrack.errors import ConfigError
from handtrack.sessions.folder import MANIFEST_NAME


def made_of(source: str, folder: Path) -> None:
    folder.mkdir()
    (folder / MANIFEST_NAME).touch()
    write_origin(folder, Outcome(source=source, session=folder.name, status="done", ended=datetime.now(UTC)))


def name(names: SessionNames, source: str) -> str:
    place = names.place(source)
    assert place is not None
    return place[0].name


def test_sources_of_one_name_are_told_apart_also_where_only_their_letters_case_differs(tmp_path):
    names = SessionNames(tmp_path)
    found = [name(names, source) for source in ("/a/clip.mp4", "/b/clip.mov", "/c/Clip.mp4", "/a/other.mp4")]

    assert found[0] == "clip"
    assert found[3] == "other"
    assert len({each.casefold() for each in found}) == 4
    assert found[1].startswith("clip-")
    assert found[2].startswith("Clip-")


def test_a_source_keeps_its_folder_whatever_stands_before_it_in_the_next_run(tmp_path):
    first = SessionNames(tmp_path)
    folders = {source: name(first, source) for source in ("/a/clip.mp4", "/b/clip.mp4")}
    for source, folder in folders.items():
        made_of(source, tmp_path / folder)

    later = SessionNames(tmp_path)

    assert name(later, "/c/clip.mp4") not in folders.values()
    for source in ("/b/clip.mp4", "/a/clip.mp4"):
        place = later.place(source)
        assert place is not None
        made = place[1]
        assert place[0].name == folders[source]
        assert made is not None
        assert made.source == source


def test_a_source_that_was_given_before_has_no_second_place(tmp_path):
    names = SessionNames(tmp_path)

    assert names.place("/a/clip.mp4") is not None
    assert names.place("/b/clip.mp4") is not None
    assert names.place("/a/clip.mp4") is None
    assert names.place("/b/clip.mp4") is None


def test_what_is_there_and_not_ours_is_left_alone(tmp_path):
    (tmp_path / "clip").mkdir()
    (tmp_path / "file").touch()

    for stem in ("clip", "file", ".lock", "summary.parquet", "n" * 240):
        found = name(SessionNames(tmp_path), f"/a/{stem}.mp4")
        assert found != stem
        assert not found.startswith(".")
        assert len(found) < 255


def test_a_folder_without_its_manifest_is_not_done(tmp_path):
    made_of("/a/clip.mp4", tmp_path / "clip")
    assert read_origin(tmp_path / "clip") is not None

    (tmp_path / "clip" / MANIFEST_NAME).unlink()
    assert read_origin(tmp_path / "clip") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b'{"format": "handtrack-origin-1"}', b"\xff"])
def test_a_damaged_origin_is_none(tmp_path, content):
    (tmp_path / MANIFEST_NAME).touch()
    (tmp_path / "origin.json").write_bytes(content)

    assert read_origin(tmp_path) is None


def test_a_list_gives_absolute_paths_without_empty_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    listed = tmp_path / "list.txt"
    listed.write_bytes(b"b.mp4\r\n\n  \n/x/with space.mp4\nname \xff.mp4\n")

    sources = SourceList(["a.mp4", "demo"], listed)

    assert sources.count == 5
    assert list(sources) == [
        *(str(tmp_path / "a.mp4"), "demo", str(tmp_path / "b.mp4"), "/x/with space.mp4"),
        str(tmp_path / "name \udcff.mp4"),
    ]


def test_a_list_that_is_missing_a_folder_or_empty_is_wrong_usage(tmp_path):
    (tmp_path / "empty.txt").write_text("\n\n")

    for listed, words in (("absent.txt", "does not exist"), ("", "is no file"), ("empty.txt", "is empty")):
        with pytest.raises(ConfigError, match=words):
            SourceList([], tmp_path / listed)
