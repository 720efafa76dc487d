"""Arrow and Parquet files that nobody vouches for: they are read as far as what they unpack to is bounded.

Both formats compress. A few hundred kilobytes can say that they hold gigabytes, and be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handtrack.reading import check_size

if TYPE_CHECKING:
    import pyarrow as pa

MOST_EXPANSION: Final = 200
"""Bytes of values to a byte of a file; a recording of frames without hands has thirty to fifty."""
_ALWAYS_ALLOWED: Final = 1 << 24
"""Bytes of values that even the smallest file may have."""
_PARQUET_ROWS_AT_A_TIME: Final = 1024

# Fields in the tables of Arrow's Message.fbs, as FlatBuffers counts them: 4 is the first, 6 the next.
_MESSAGE_HEADER: Final = 8
_BATCH_BUFFERS, _BATCH_COMPRESSION = 8, 10
_ARROW_FILE_MAGIC: Final = b"ARROW1\0\0"


class ExpansionError(ValueError):
    """A file says that it holds far more than its size allows."""


def allowed_bytes(file_bytes: int) -> int:
    """Bytes of values that a file of a size may hold."""
    return _ALWAYS_ALLOWED + MOST_EXPANSION * file_bytes


def record_batch(message: pa.Message, schema: pa.Schema, most_bytes: int) -> pa.RecordBatch:
    """The batch in a message, validated in full.

    Raises ExpansionError where it would take more than most_bytes, and Arrow's own errors where it is none.
    """
    import pyarrow as pa

    if message.type != "record batch":
        raise ValueError(f"it holds a message of another kind ({message.type})")
    if (size := unpacked_bytes(message)) > most_bytes:
        raise ExpansionError(f"it would unpack to {size / 1e6:.0f} MB")
    batch = pa.ipc.read_record_batch(message, schema)
    batch.validate(full=True)
    return batch


def record_batches(
    messages: pa.MessageReader, schema: pa.Schema, most_bytes: int
) -> Iterator[pa.RecordBatch]:
    """The batches of a stream whose schema was read, as `record_batch` gives them, most_bytes in all."""
    for message in messages:
        batch = record_batch(message, schema, most_bytes)
        most_bytes -= batch.nbytes
        yield batch


def read_arrow_file(path: Path, most_bytes: int) -> pa.Table:
    """The table in an Arrow file of at most most_bytes on disk.

    Raises OSError, ValueError and Arrow's own errors.
    """
    import pyarrow as pa

    allowed = allowed_bytes(check_size(path, most_bytes))
    with pa.OSFile(str(path)) as file:
        # The footer tells a whole file from a cut one. The batches are read in the order in which they lie:
        # a footer could name one of them a thousand times.
        stated = pa.ipc.open_file(file).num_record_batches
        file.seek(len(_ARROW_FILE_MAGIC))
        messages = pa.MessageReader.open_stream(file)
        schema = read_schema(messages)
        found = list(record_batches(messages, schema, allowed))
        if len(found) != stated:
            raise ValueError(f"it has {len(found)} batches and states {stated}")
        return pa.Table.from_batches(found, schema)


def read_schema(messages: pa.MessageReader) -> pa.Schema:
    """The schema with which messages begin. Raises ValueError where there is none, and Arrow's own errors."""
    import pyarrow as pa

    try:
        return pa.ipc.read_schema(messages.read_next_message())
    except StopIteration:  # so Arrow calls the end of all messages
        raise ValueError("it ends before its schema") from None


def read_parquet(path: Path) -> pa.Table:
    """The table in a Parquet file, its pages checked against their checksums where they have any.

    Raises ExpansionError, OSError and Arrow's own errors.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    left = allowed_bytes(path.stat().st_size)
    with pa.OSFile(str(path)) as file, pq.ParquetFile(file, page_checksum_verification=True) as parquet:
        metadata = parquet.metadata
        groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
        # What is stated says little, for repeated values take no room in it; so it is counted as well.
        if sum(group.total_byte_size for group in groups) > left:
            raise ExpansionError(f"it would unpack to more than {left / 1e6:.0f} MB")
        found = []
        for batch in parquet.iter_batches(_PARQUET_ROWS_AT_A_TIME):
            left -= batch.nbytes
            if left < 0:
                raise ExpansionError(f"it unpacks to more than {MOST_EXPANSION} times its size")
            found.append(batch)
        return pa.Table.from_batches(found, parquet.schema_arrow)


def unpacked_bytes(message: pa.Message) -> int:
    """Bytes that the buffers of a record batch take in memory once they are unpacked.

    Each buffer of a compressed batch begins with its size (Arrow's columnar format, "Compression"); a
    batch that is not compressed is used where it lies.
    """
    # Arrow itself has checked the metadata when it read the message, but offers no view of them.
    from flatbuffers.number_types import Int64Flags
    from flatbuffers.table import Table

    metadata = bytearray(message.metadata.to_pybytes())
    whole = Table(metadata, int.from_bytes(metadata[:4], "little"))
    batch = Table(metadata, whole.Indirect(whole.Pos + whole.Offset(_MESSAGE_HEADER)))
    body = memoryview(message.body) if message.body is not None else memoryview(b"")
    if not batch.Offset(_BATCH_COMPRESSION):
        return len(body)
    field = batch.Offset(_BATCH_BUFFERS)
    total = 0
    for number in range(batch.VectorLen(field) if field else 0):
        place = batch.Vector(field) + 16 * number
        offset, length = batch.Get(Int64Flags, place), batch.Get(Int64Flags, place + 8)
        if length:
            total += max(length, int.from_bytes(body[offset : offset + 8], "little", signed=True))
    return total
