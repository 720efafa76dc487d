"""Arrow files that are whole or not there: written under another name first, checked when read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from handtrack.columnar import read_arrow_file
from handtrack.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa


_MOST_BYTES: Final = 1 << 28
"""Of one file; the labels of ten thousand pictures have a tenth of it."""


class DamagedError(Exception):
    """A file is cut off or no Arrow file; the message is a short reason."""


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table with its schema's metadata. Raises SourceError; nothing half remains then."""
    import pyarrow as pa

    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with (
            pa.OSFile(str(partial), "wb") as sink,
            pa.ipc.new_file(sink, table.schema, options=options) as out,
        ):
            out.write_table(table)
        partial.replace(path)
    except OSError as error:
        raise SourceError(
            f"{path} cannot be written ({error.strerror or error}); make room there, or make the folder "
            "writable, and run the same command again: it goes on where it stopped"
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def read_table(path: Path, version: dict[bytes, bytes]) -> pa.Table:
    """A table written with this metadata. Raises DamagedError, or SourceError for another version."""
    import pyarrow as pa

    try:
        table = read_arrow_file(path, _MOST_BYTES)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DamagedError(" ".join(str(error).split())[:120]) from None
    if table.schema.metadata != version:
        raise SourceError(f"{path} was made by another version of the program; label into another folder")
    return table


def floats(shape: tuple[int, ...]) -> pa.DataType:
    """The type of a column of float32 arrays of one shape."""
    import pyarrow as pa

    return pa.list_(pa.float32(), int(np.prod(shape)))


def to_array(column: pa.ChunkedArray, shape: tuple[int, ...]) -> np.ndarray:
    """A column of the type `floats` without nulls as (N, *shape) float32."""
    flat = column.combine_chunks().flatten() if len(column) else np.zeros(0, np.float32)
    values = flat if isinstance(flat, np.ndarray) else flat.to_numpy(zero_copy_only=False)
    return values.reshape(-1, *shape)
