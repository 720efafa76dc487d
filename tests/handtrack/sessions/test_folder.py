from __future__ import annotations

import re

import pytest

from handtrack.config import RecordingSettings
from handtrack.errors import SessionError
from handtrack.sessions.folder import (
    DurableFile,
    new_session_folder,
    prepare_session_folder,
    sessions_home,
    write_atomically,
)


def test_new_folders_are_named_after_the_time_and_never_taken(tmp_path):
    folders = []
    for _ in range(3):
        folder = new_session_folder(tmp_path)
        folder.mkdir()
        folders.append(folder)

    assert len(set(folders)) == 3
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d)?", folder.name) for folder in folders)
    assert all(folder.parent == tmp_path for folder in folders)


def test_the_home_of_sessions_is_the_setting_or_the_videos_folder(tmp_path):
    assert sessions_home(RecordingSettings(folder=tmp_path)) == tmp_path
    assert sessions_home(RecordingSettings()).name == "handtrack"


def test_preparing_tells_whether_the_folder_is_new(tmp_path):
    assert prepare_session_folder(tmp_path / "a" / "b") is True
    assert prepare_session_folder(tmp_path / "a" / "b") is False
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_that_takes_no_files_is_refused(tmp_path, monkeypatch):
    def refuse(**options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)

    with pytest.raises(SessionError, match=r"cannot be written \(Permission denied\); name another folder"):
        prepare_session_folder(tmp_path)


def test_a_write_that_the_disk_takes_in_part_is_an_error(tmp_path):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with DurableFile(tmp_path / "f") as file:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (40, hard))
            with pytest.raises(OSError, match="File too large"):
                file.write(b"x" * 100)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert (tmp_path / "f").stat().st_size == 40


def test_a_failed_rewrite_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "session.yaml"
    write_atomically(path, b"old")

    def refuse(file: DurableFile) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DurableFile, "sync", refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
