"""The list of recent sources, with a folder of its own and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.recent import MOST, RecentSources


def made(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.write_bytes(b"x")
    return paths


def test_the_newest_is_first_and_no_source_stands_twice(tmp_path):
    a, b = made(tmp_path, "a.mp4", "b.mp4")
    recent = RecentSources(tmp_path / "kept")
    for path in (a, b, str(a)):
        recent.add(path)
    assert [entry.path for entry in recent.entries()] == [a, b]
    assert [entry.name for entry in RecentSources(tmp_path / "kept").entries()] == ["a.mp4", "b.mp4"]


def test_only_files_and_folders_are_remembered(tmp_path):
    recent = RecentSources(tmp_path / "kept")
    for spec in (0, "0", "camera:/dev/v4l/by-id/x", "demo", "rendered:7", tmp_path / "missing.mp4", "a\0b"):
        assert recent.add(spec) is None
    assert recent.entries() == []


def test_there_are_not_more_than_can_be_looked_through(tmp_path):
    recent = RecentSources(tmp_path / "kept")
    paths = made(tmp_path, *(f"{number}.mp4" for number in range(MOST + 3)))
    for path in paths:
        recent.add(path)
        picture = recent.picture_file(path)
        assert picture is not None
        picture.write_bytes(b"jpeg")
    assert [entry.path for entry in recent.entries()] == paths[: -MOST - 1 : -1]
    assert len(list((tmp_path / "kept").glob("*.jpg"))) == MOST, "no picture is left of those that went"
    recent.clear()
    assert RecentSources(tmp_path / "kept").entries() == []
    assert list((tmp_path / "kept").glob("*.jpg")) == []


def test_what_vanished_is_not_offered_and_may_come_back(tmp_path):
    (clip,) = made(tmp_path, "clip.mp4")
    recent = RecentSources(tmp_path / "kept")
    recent.add(clip)
    clip.unlink()
    assert recent.entries() == []
    made(tmp_path, "clip.mp4")
    assert [entry.path for entry in RecentSources(tmp_path / "kept").entries()] == [clip]


def test_a_session_is_known_as_one(tmp_path):
    folder = tmp_path / "session"
    folder.mkdir()
    (folder / "session.yaml").write_text("")
    recent = RecentSources()
    recent.add(folder)
    recent.add(tmp_path)
    assert [entry.is_session for entry in recent.entries()] == [False, True]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"a": 1}', b"[1, null, [], {}]", b"[" * 50_000, b"\xff\xfe", b'["", "a\\u0000b"]'],
)
def test_a_damaged_list_is_an_empty_one(tmp_path, content):
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "recent.json").write_bytes(content)
    recent = RecentSources(folder)
    assert recent.entries() == []
    (clip,) = made(tmp_path, "clip.mp4")
    recent.add(clip)
    assert [entry.path for entry in RecentSources(folder).entries()] == [clip]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    (clip,) = made(tmp_path, "clip.mp4")
    recent = RecentSources(tmp_path / "kept" / "below")
    assert recent.add(clip) == clip
    assert [entry.path for entry in recent.entries()] == [clip]
