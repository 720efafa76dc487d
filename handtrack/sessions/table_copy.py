"""`hands.parquet`: the stream of a session once more, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from handtrack.sessions.folder import STREAM_NAME, TABLE_NAME, DurableFile, file_crc, finished_file
from handtrack.sessions.schema import SCHEMA

_ROW_GROUP_ROWS: Final = 4096


def copy_stream(folder: Path) -> str:
    """Copy the stream of a folder to its table, a few thousand rows at a time; gives that file's CRC-32.

    Raises OSError, and Arrow's own errors over a stream that is not whole.
    """
    with (
        finished_file(folder / TABLE_NAME) as path,
        DurableFile(path) as file,
        pq.ParquetWriter(file, SCHEMA, compression="zstd", write_page_checksum=True) as writer,
        pa.OSFile(str(folder / STREAM_NAME)) as source,
        pa.ipc.open_stream(source) as stream,
    ):
        for batch in _grouped(stream):
            writer.write_table(batch)
        writer.close()
        file.sync()
    return file_crc(folder / TABLE_NAME)


def _grouped(stream: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """The batches of a stream, joined to tables of a few thousand rows."""
    group: list[pa.RecordBatch] = []
    for batch in stream:
        group.append(batch)
        if sum(len(part) for part in group) >= _ROW_GROUP_ROWS:
            yield pa.Table.from_batches(group)
            group = []
    if group:
        yield pa.Table.from_batches(group)
