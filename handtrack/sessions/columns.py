"""Columns of Arrow, made from values by nothing that has to be imported first.

`pyarrow.array` imports pandas before its first array, where that is installed, and a mask of lists Arrow's
functions: in a recording Python would stand still for a third of a second, ten frames of a camera.
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
    """The same as `pyarrow.array(values, kind)`, for numbers, truths, texts and moments to the millisecond.

    None becomes null.
    """
    if pa.types.is_timestamp(kind):
        moments = [None if value is None else (value - _EPOCH) // _MILLISECOND for value in values]
        return column(moments, pa.int64()).view(kind)
    there = [value is not None for value in values]
    lacking = _lacking(there)
    if pa.types.is_string(kind):
        texts = [b"" if value is None else value.encode() for value in values]
        ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
        held = [pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    elif pa.types.is_boolean(kind):
        held = [_bits([bool(value) for value in values])]
    else:
        filled = np.array([0 if value is None else value for value in values], kind.to_pandas_dtype())
        held = [pa.py_buffer(filled)]
    return pa.Array.from_buffers(kind, len(values), [lacking, *held])


def numbers(values: np.ndarray) -> pa.Array:
    """The same as `pyarrow.array(values)`, for numbers in one row; shares their memory."""
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])


def rows_of_width(values: pa.Array, width: int, there: Sequence[bool]) -> pa.Array:
    """So many values a row, null where none are there; their places among the values are kept."""
    kind = pa.list_(values.type, width)
    return pa.Array.from_buffers(kind, len(there), [_lacking(there)], children=[values])


def rows_of_length(values: pa.Array, lengths: Sequence[int], there: Sequence[bool]) -> pa.Array:
    """Rows of these lengths, null where none are there."""
    ends = pa.py_buffer(np.cumsum([0, *lengths], dtype=np.int32))
    return pa.Array.from_buffers(
        pa.list_(values.type), len(there), [_lacking(there), ends], children=[values]
    )


def _lacking(there: Sequence[bool]) -> pa.Buffer | None:
    return None if all(there) else _bits(there)


def _bits(truths: Sequence[bool]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(np.array(truths, bool), bitorder="little"))
