"""Arrow's arrays from Python's values, without pandas.

pyarrow.array asks pandas, where that is installed, whether the values are its own, and imports it for that:
a third of a second in which no other thread runs, amid a first recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Numbers, flags, texts or moments (to the millisecond), None where there is none.

    Raises OverflowError where a number has no room.
    """
    if pa.types.is_timestamp(kind):
        moments = [None if value is None else (value - _EPOCH) // _MILLISECOND for value in values]
        return column(moments, pa.int64()).view(kind)
    there = np.array([value is not None for value in values], bool)
    if pa.types.is_string(kind):
        texts = [b"" if value is None else value.encode() for value in values]
        data = [_offsets([len(text) for text in texts]), pa.py_buffer(b"".join(texts))]
    elif pa.types.is_boolean(kind):
        data = [_bits(np.array([bool(value) for value in values], bool))]
    else:
        numbers = [0 if value is None else value for value in values]
        data = [pa.py_buffer(np.array(numbers, kind.to_pandas_dtype()))]
    return pa.Array.from_buffers(kind, len(values), [_validity(there), *data])


def fixed_lists(rows: np.ndarray, there: np.ndarray) -> pa.Array:
    """Rows (R, width) float32 as lists of one width; there (R,): which of them are any."""
    flat = np.ascontiguousarray(rows, np.float32)
    inner = pa.Array.from_buffers(pa.float32(), flat.size, [None, pa.py_buffer(flat)])
    kind = pa.list_(pa.float32(), rows.shape[1])
    return pa.Array.from_buffers(kind, len(rows), [_validity(there)], children=[inner])


def lists(counts: Sequence[int], values: pa.Array, there: np.ndarray) -> pa.Array:
    """Values in groups of so many; there: which of the groups are any."""
    buffers = [_validity(there), _offsets(counts)]
    return pa.Array.from_buffers(pa.list_(values.type), len(counts), buffers, children=[values])


def _offsets(counts: Sequence[int]) -> pa.Buffer:
    return pa.py_buffer(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))


def _validity(there: np.ndarray) -> pa.Buffer | None:
    return None if there.all() else _bits(there)


def _bits(flags: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
