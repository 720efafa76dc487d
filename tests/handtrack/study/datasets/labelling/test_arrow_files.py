from __future__ import annotations

import errno

import numpy as np
import pyarrow as pa
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.labelling.arrow_files import (
    DamagedError,
    floats,
    read_table,
    to_array,
    write_table,
)

VERSION = {b"x": b"1"}


def table(count: int = 3) -> pa.Table:
    values = pa.array(np.arange(count * 4, dtype=np.float32))
    column = pa.FixedSizeListArray.from_arrays(values, 4)
    return pa.table({"a": column}, schema=pa.schema([("a", floats((2, 2)))], metadata=VERSION))


def test_arrays_come_back_in_their_shape(tmp_path):
    write_table(tmp_path / "new/t.arrow", table())
    again = to_array(read_table(tmp_path / "new/t.arrow", VERSION).column("a"), (2, 2))

    assert np.array_equal(again, np.arange(12, dtype=np.float32).reshape(3, 2, 2))


def test_no_rows_come_back_as_no_rows(tmp_path):
    write_table(tmp_path / "t.arrow", table(0))
    assert to_array(read_table(tmp_path / "t.arrow", VERSION).column("a"), (2, 2)).shape == (0, 2, 2)


def test_a_cut_off_file_is_found_damaged(tmp_path):
    path = tmp_path / "t.arrow"
    write_table(path, table())
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DamagedError):
        read_table(path, VERSION)


def test_a_file_of_another_version_is_refused(tmp_path):
    write_table(tmp_path / "t.arrow", table())
    with pytest.raises(SourceError, match="another version"):
        read_table(tmp_path / "t.arrow", {b"x": b"2"})


class FullDisk:
    """A file on a disk that is full."""

    def __init__(self, path: str, _mode: str) -> None:
        with open(path, "wb") as file:
            file.write(b"half")

    def __enter__(self) -> FullDisk:
        raise OSError(errno.ENOSPC, "No space left on device")

    def __exit__(self, *_: object) -> None: ...


def test_a_full_disk_leaves_the_old_file_and_nothing_half(tmp_path, monkeypatch):
    path = tmp_path / "t.arrow"
    write_table(path, table())
    before = path.read_bytes()
    monkeypatch.setattr(pa, "OSFile", FullDisk)
    with pytest.raises(SourceError, match="No space left"):
        write_table(path, table(9))

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
