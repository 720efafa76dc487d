from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.published.array_pickle import read_array_pickle

VALUES: dict[Any, Any] = {
    0: {
        "xyz": np.random.default_rng(0).normal(size=(42, 3)),
        "K": np.eye(3, dtype=np.float32),
        "flags": np.array([True, False]),
        "empty": np.zeros((0, 3)),
        "columns first": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "big end first": np.arange(4, dtype=">i4"),
    },
    70000: {"text": "wörter", "list": [1, -2, 3.5, None, True, (1, 2), (), 2**40], "bytes": b"\x00\xff"},
}


def written(path: Path, value: object, protocol: int) -> Path:
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def assert_same(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    elif isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype.newbyteorder("=")
        assert np.array_equal(found, expected)
    else:
        assert found == expected


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_numbers_and_arrays_are_read_as_they_were_written(tmp_path: Path, protocol: int) -> None:
    assert_same(read_array_pickle(written(tmp_path / "a.pickle", VALUES, protocol)), VALUES)


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_value_that_occurs_twice_is_read_twice(tmp_path: Path, protocol: int) -> None:
    array = np.arange(5.0)
    found = read_array_pickle(
        written(tmp_path / "a.pickle", {"first": array, "again": [array, array]}, protocol)
    )

    assert_same(found, {"first": array, "again": [array, array]})


class Trap:
    """Unpickling it would make a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._folder),)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_code_in_a_pickle_is_refused_and_not_run(tmp_path: Path, protocol: int) -> None:
    path = written(tmp_path / "a.pickle", {"xyz": Trap(tmp_path / "made")}, protocol)

    with pytest.raises(SourceError, match=r"a\.pickle is refused: .*mkdir"):
        read_array_pickle(path)
    assert not (tmp_path / "made").exists()
    pickle.loads(path.read_bytes())
    assert (tmp_path / "made").exists()  # so the trap was one


@pytest.mark.parametrize(
    "value", [np.array([{"a": 1}], object), np.array(["text"]), np.datetime64("2020"), 1j]
)
def test_what_is_not_a_plain_number_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(SourceError, match=r"is refused|is damaged"):
        read_array_pickle(written(tmp_path / "a.pickle", [value], 3))


@pytest.mark.parametrize("length", [0, 1, 2, 60, 400, 1300])
def test_a_file_that_is_cut_off_is_told(tmp_path: Path, length: int) -> None:
    path = written(tmp_path / "a.pickle", VALUES, 3)
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(SourceError, match=r"a\.pickle is damaged"):
        read_array_pickle(path)


def test_a_file_that_is_no_pickle_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pickle").write_text("<html>not found</html>")

    with pytest.raises(SourceError, match=r"a\.pickle"):
        read_array_pickle(tmp_path / "a.pickle")
