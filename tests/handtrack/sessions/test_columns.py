"""Columns of Arrow that are made without pandas are those that Arrow makes itself."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from handtrack.sessions.columns import column, numbers, rows_of_length, rows_of_width


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], pa.int64()),
        ([7, -(2**62), None], pa.int64()),
        ([None, 3], pa.int32()),
        ([0.1, None, float("nan"), float("inf")], pa.float64()),
        ([True, None, False, *[True] * 9], pa.bool_()),
        ([False] * 8, pa.bool_()),
        ([], pa.bool_()),
        (["left", None, "", "größer"], pa.string()),
        ([None], pa.string()),
        ([], pa.string()),
        ([datetime(2026, 3, 1, 12, 30, 1, 250_999, UTC), None], pa.timestamp("ms", tz="UTC")),
        ([datetime(1969, 12, 31, 23, 59, tzinfo=UTC)], pa.timestamp("ms", tz="UTC")),
    ],
)
def test_a_column_is_the_one_that_arrow_makes(values: list[object], kind: pa.DataType) -> None:
    made = column(values, kind)

    made.validate(full=True)
    assert made.type == kind
    assert str(made) == str(pa.array(values, kind))  # where NaN is like NaN
    assert made.null_count == sum(value is None for value in values)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
def test_numbers_are_those_of_the_row(dtype: type) -> None:
    values: np.ndarray = np.arange(5).astype(dtype)

    made = numbers(values)

    made.validate(full=True)
    assert made.equals(pa.array(values))


def test_rows_are_those_that_arrow_makes() -> None:
    values = pa.array([1.0, 2.0, 3.0, 4.0, 0.0, 0.0], pa.float32())

    wide = rows_of_width(values, 2, [True, True, False])
    long = rows_of_length(values, [4, 0, 0, 2], [True, False, True, True])
    empty = rows_of_length(values.slice(0, 0), [], [])

    for rows in (wide, long, empty):
        rows.validate(full=True)
    assert wide.equals(pa.array([[1, 2], [3, 4], None], pa.list_(pa.float32(), 2)))
    assert long.equals(pa.array([[1, 2, 3, 4], None, [], [0, 0]], pa.list_(pa.float32())))
    assert empty.equals(pa.array([], pa.list_(pa.float32())))


def test_a_number_that_is_too_large_is_refused() -> None:
    with pytest.raises(OverflowError):
        column([2**40], pa.int32())
