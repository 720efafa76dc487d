"""The stream of a session's table: Arrow IPC in which every message carries its own checksum.

docs/session-format.md describes the seal; other programs read the stream as any Arrow stream.
"""

from __future__ import annotations

import io
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa

from handtrack.columnar import record_batch

_BEGIN: Final = b"\xff\xff\xff\xff"
_END: Final = _BEGIN + b"\0\0\0\0"
_SEAL: Final = "crc32 %08x of %012d bytes at %012d columns %08x"
_BLANK: Final = _SEAL % (0, 0, 0, 0)
_SEALED: Final = re.compile(rb"crc32 ([0-9a-f]{8}) of (\d{12}) bytes at (\d{12}) columns ([0-9a-f]{8})")
_MOST_METADATA: Final = 1 << 16
_MOST_BYTES: Final = 1 << 24
"""Of one message; the recorder writes a few hundred rows of two kilobytes at a time."""
_MOST_DAMAGES: Final = 1000
"""Places after which a stream is given up: no disk does that, and searching must come to an end."""
_CHUNK: Final = 1 << 20

DAMAGE: Final = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError, MemoryError)
"""What Arrow raises over files that are not what they should be; a name in a schema may be no text."""


class CheckedStream:
    """Writes batches of one schema as an Arrow stream whose messages are sealed, each with one write."""

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        """Write the schema. Raises OSError, as the other calls do."""
        self._file, self._schema = file, schema
        self._columns = columns_crc(schema)
        self._position = 0
        metadata = {**(schema.metadata or {}), "check": _BLANK}
        self._write(schema.with_metadata(metadata).serialize().to_pybytes())

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, self._schema) as stream:
            stream.write_batch(batch, custom_metadata={"check": _BLANK})
        message = sink.getvalue()
        start = len(_BEGIN) + 4 + int.from_bytes(message[4:8], "little")
        self._write(message[start : -len(_END)])

    def close(self) -> None:
        """Mark the end of the stream; the file stays open."""
        self._file.write(_END)

    def _write(self, message: bytes) -> None:
        def sealed(crc: int) -> bytes:
            return (_SEAL % (crc, len(message), self._position, self._columns)).encode()

        # The checksum is taken with zeros in its own place.
        blank = message.replace(_BLANK.encode(), sealed(0), 1)
        whole = blank.replace(sealed(0), sealed(zlib.crc32(blank)), 1)
        self._file.write(whole)
        self._position += len(whole)


@dataclass
class StreamContents:
    """What could be read of a stream.

    schema: as the stream says, or None where it does not match its checksum. batches: those that match
    theirs, in order. damaged: parts that do not. cut: whether the last part was not written to its end.
    """

    schema: pa.Schema | None = None
    batches: list[pa.RecordBatch] = field(default_factory=list)
    damaged: int = 0
    cut: bool = False


def read_checked(path: Path, known: pa.Schema) -> StreamContents:
    """Every batch of a stream of format version 2 that is as it was written.

    known: schema with which batches are read whose own schema is damaged, if they were written with these
    columns. Raises OSError.
    """
    contents = StreamContents()
    with path.open("rb") as file:
        for message in _messages(file, contents):
            try:
                _take(pa.ipc.read_message(pa.py_buffer(message)), message, contents, known)
            except DAMAGE:
                contents.damaged += 1
    return contents


def columns_crc(schema: pa.Schema) -> int:
    """Checksum over the names and types of a schema's columns."""
    return zlib.crc32("\n".join(f"{field.name} {field.type}" for field in schema).encode())


def _take(message: pa.Message, raw: bytes, contents: StreamContents, known: pa.Schema) -> None:
    if message.type == "schema":
        contents.schema = pa.ipc.read_schema(message)
        return
    schema = contents.schema
    if schema is None:
        seal = _SEALED.search(raw)
        if seal is None or int(seal[4], 16) != columns_crc(known):
            raise ValueError("nobody knows its columns")
        schema = known
    contents.batches.append(record_batch(message, schema, _MOST_BYTES))


def _messages(file: BinaryIO, contents: StreamContents) -> Iterator[bytes]:
    """The sealed messages that match, in order; what does not is counted and passed over."""
    size = os.fstat(file.fileno()).st_size
    position = 0
    while position < size and contents.damaged < _MOST_DAMAGES:
        message = _message_at(file, position, size)
        if message is not None:
            yield message
            position += len(message)
            continue
        after = next((start for start in _claimed_starts(file, position) if start > position), None)
        if after is None:
            file.seek(position)
            contents.cut = file.read(len(_END)) != _END
            return
        contents.damaged += 1
        position = after


def _message_at(file: BinaryIO, position: int, size: int) -> bytes | None:
    """The whole message that begins here, if it is as it was written."""
    file.seek(position)
    head = file.read(8)
    metadata_size = int.from_bytes(head[4:], "little")
    if head[:4] != _BEGIN or not 0 < metadata_size <= _MOST_METADATA:
        return None
    metadata = file.read(metadata_size)
    seal = _SEALED.search(metadata)
    if seal is None:
        return None
    length, start = int(seal[2]), int(seal[3])
    body_size = length - len(head) - len(metadata)
    if start != position or body_size < 0 or length > _MOST_BYTES or position + length > size:
        return None
    body = file.read(body_size)
    blank = metadata[: seal.start(1)] + b"0" * 8 + metadata[seal.end(1) :]
    crc = zlib.crc32(body, zlib.crc32(blank, zlib.crc32(head)))
    return head + metadata + body if crc == int(seal[1], 16) else None


def _claimed_starts(file: BinaryIO, position: int) -> Iterator[int]:
    """Where the seals after a position say that their messages begin."""
    overlap = len(_BLANK) - 1
    tail = b""
    while True:
        file.seek(position)
        chunk = file.read(_CHUNK)
        if not chunk:
            return
        for seal in _SEALED.finditer(tail + chunk):
            start = int(seal[3])
            if 0 <= position - len(tail) + seal.start() - start <= _MOST_METADATA:
                yield start
        position += len(chunk)
        tail = (tail + chunk)[-overlap:]
