"""A file is looked at before it is read: what never ends or is too large costs neither memory nor time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from handtrack.reading import UnfitFileError, check_size, file_states, read_limited, read_text_limited
from tests.meanwhile import repeated_meanwhile


def test_content_up_to_the_limit_is_given(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("fünf!".encode())

    assert check_size(path, 6) == 6
    assert read_limited(path, 6) == path.read_bytes()
    assert read_text_limited(path, 6) == "fünf!"


def test_a_larger_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # more than any memory; it takes no room on the disk

    for reader in (check_size, read_limited):
        with pytest.raises(UnfitFileError) as caught:
            reader(path, 2_000_000)
        assert caught.value.strerror == "it is larger than 2 MB"
        assert caught.value.filename == str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_never_ends_and_what_never_begins_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(UnfitFileError, match="no regular file"):
            read_limited(path, 100)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system has no files of unknown size")
def test_a_file_that_states_no_size_is_read_up_to_the_limit() -> None:
    path = Path("/proc/self/status")

    assert check_size(path, 10) == 0
    assert b"Pid:" in read_limited(path, 100_000)
    with pytest.raises(UnfitFileError, match="larger than"):
        read_limited(path, 10)


@pytest.mark.parametrize("name", ["absent", "."])
def test_what_cannot_be_read_keeps_its_own_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match=r"No such file|directory"):
        read_limited(tmp_path / name, 100)


def test_files_that_go_meanwhile_are_left_out(tmp_path: Path) -> None:
    stays = tmp_path / "stays"
    stays.write_bytes(b"123")
    (tmp_path / "nowhere").symlink_to("missing")
    (tmp_path / "folder").mkdir()

    def come_and_go() -> None:
        for number in range(8):
            (tmp_path / f"{number}.part").touch()
        for number in range(8):
            (tmp_path / f"{number}.part").unlink()

    with repeated_meanwhile(come_and_go):
        for _ in range(1000):
            assert 3 in [found.st_size for found in file_states(tmp_path)]
