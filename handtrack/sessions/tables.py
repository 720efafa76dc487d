"""The rows of a session out of its stream and its Parquet file, whichever is whole."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handtrack.columnar import allowed_bytes, read_parquet, read_schema, record_batches
from handtrack.errors import SessionError
from handtrack.plain_text import printable
from handtrack.sessions.folder import STREAM_NAME, TABLE_NAME, file_crc, reason
from handtrack.sessions.manifest import Manifest
from handtrack.sessions.row_checks import problem_of
from handtrack.sessions.schema import ADDED_COLUMNS, HAND_ARRAYS, SCHEMA, frame_bounds
from handtrack.sessions.table_stream import DAMAGE, StreamContents, read_checked
from handtrack.skeleton import JOINT_COUNT

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rows:
    """table: the rows. whole: whether they are all of a closed session. damage: a sentence for each."""

    table: pa.Table
    whole: bool
    damage: tuple[str, ...]


def read_table(folder: Path, manifest: Manifest) -> Rows:
    """The rows of a session.

    Those of the stream, unless it is damaged and the Parquet file of the closed session is whole. Raises
    SessionError where neither can be read.
    """
    stream, parquet = folder / STREAM_NAME, folder / TABLE_NAME
    if not stream.is_file() and not parquet.is_file():
        raise SessionError(f"{folder} is not a whole session: {STREAM_NAME} is missing")
    table, damage = _read_stream(stream, manifest)
    if manifest.status == "complete" and (manifest.format_version == 1 or not _holds_all(table, manifest)):
        copy, copy_damage = _read_parquet(parquet, manifest)
        damage += copy_damage
        if copy is not None and _holds_all(copy, manifest):
            if table is not None and _holds_all(table, manifest) and not _same(table, copy):
                # Version 1 has no checksums; the compression of Parquet is the better witness.
                damage += (f"{STREAM_NAME} and {TABLE_NAME} differ",)
            table = copy
            damage = (*damage, f"the rows are those of {TABLE_NAME}") if damage else ()
    if table is None:
        raise SessionError(f"{stream} is damaged from its first byte; nothing can be recovered from it")
    # One chunk: finding a row among thousands of small batches takes longer than reading it.
    return Rows(table.combine_chunks(), _holds_all(table, manifest), damage)


def _holds_all(table: pa.Table | None, manifest: Manifest) -> bool:
    """Whether a table has every frame and hand that a closed session counted."""
    return (
        table is not None
        and manifest.status == "complete"
        and manifest.frames == len(frame_bounds(table)) - 1
        and manifest.hands == len(table) - table["track_id"].null_count
    )


def _same(table: pa.Table, other: pa.Table) -> bool:
    """Whether two tables hold the same values; NaN is the same as NaN."""
    return all(
        len(ours) == len(theirs) and np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f")
        for name in SCHEMA.names
        for ours, theirs in zip(_leaves(table[name]), _leaves(other[name]), strict=True)
    )


def _leaves(column: pa.ChunkedArray) -> list[np.ndarray]:
    """All that tells a column from another: what is there, how long its lists are, the values in them."""
    array = pa.concat_arrays([*column.chunks, pa.array([], column.type)])
    found = []
    while True:
        found.append(array.is_valid().to_numpy(zero_copy_only=False))
        if not pa.types.is_list(array.type) and not pa.types.is_fixed_size_list(array.type):
            return [*found, array.drop_null().to_numpy(zero_copy_only=False)]
        found.append(pc.list_value_length(array.drop_null()).to_numpy(zero_copy_only=False))
        array = array.flatten()


def _read_stream(path: Path, manifest: Manifest) -> tuple[pa.Table | None, tuple[str, ...]]:
    """The whole batches of a stream, or None if it is not one; and what is wrong with it."""
    if not path.is_file():
        return None, (f"{STREAM_NAME} is missing",)
    try:
        if path.stat().st_size == 0:  # cut before the first flush
            return SCHEMA.empty_table(), ()
        contents = _read_plain(path) if manifest.format_version == 1 else read_checked(path, SCHEMA)
        schema = contents.schema or (contents.batches[0].schema if contents.batches else None)
        if schema is None and manifest.status != "complete" and path.stat().st_size < SCHEMA.serialize().size:
            return SCHEMA.empty_table(), ()  # cut within the first message, before any rows
        if schema is None:
            return None, (f"{STREAM_NAME} cannot be read",)
        _check_columns(schema, path)
    except DAMAGE as error:
        logger.info("%s cannot be read: %s", path, printable(reason(error)))
        return None, (f"{STREAM_NAME} cannot be read",)
    # Whole first: to look at each of many small parts by itself takes several times as long.
    table = _completed(pa.Table.from_batches(contents.batches, schema).combine_chunks())
    if problem_of(table) is not None:
        table = _undamaged(contents, schema, path)
    return table, _damage(contents, manifest)


def _undamaged(contents: StreamContents, schema: pa.Schema, path: Path) -> pa.Table:
    """The rows of the parts that can be read; the others are counted. Raises SessionError."""
    batches = []
    for batch in contents.batches:
        problem = problem_of(_completed(pa.Table.from_batches([batch])))
        if problem is None:
            batches.append(batch)
        else:
            logger.info("%s: a part is damaged: %s", path, problem)
            contents.damaged += 1
    table = _completed(pa.Table.from_batches(batches, schema))
    if (problem := problem_of(table)) is not None:
        raise SessionError(f"{path} is damaged: {problem}")
    return table


def _damage(contents: StreamContents, manifest: Manifest) -> tuple[str, ...]:
    damage = []
    if contents.damaged:
        parts = "part does" if contents.damaged == 1 else "parts do"
        damage.append(f"{contents.damaged} {parts} not match the checksum in {STREAM_NAME}")
    if contents.cut and manifest.status == "complete":
        damage.append(f"{STREAM_NAME} is damaged at its end")
    return tuple(damage)


def _read_plain(path: Path) -> StreamContents:
    """The batches of a stream of format version 1, up to the first that is not one."""
    contents = StreamContents()
    with pa.OSFile(str(path)) as file:
        messages = pa.MessageReader.open_stream(file)
        contents.schema = read_schema(messages)
        try:
            for batch in record_batches(messages, contents.schema, allowed_bytes(file.size())):
                contents.batches.append(batch)
        except DAMAGE as error:
            logger.info("%s was cut: %s", path, printable(reason(error)))
            contents.cut = True
    return contents


def _read_parquet(path: Path, manifest: Manifest) -> tuple[pa.Table | None, tuple[str, ...]]:
    if not path.is_file():
        return None, (f"{TABLE_NAME} is missing",)
    try:
        if manifest.table_crc32 not in (None, file_crc(path)):
            return None, (f"{TABLE_NAME} does not match its checksum",)
        table = read_parquet(path)
        _check_columns(table.schema, path)
        table.validate(full=True)
        table = _completed(table)
    except DAMAGE as error:
        logger.info("%s cannot be read: %s", path, printable(reason(error)))
        return None, (f"{TABLE_NAME} cannot be read",)
    if (problem := problem_of(table)) is not None:
        logger.info("%s is damaged: %s", path, problem)
        return None, (f"{TABLE_NAME} is damaged",)
    return table, ()


def _check_columns(schema: pa.Schema, path: Path) -> None:
    """Raise SessionError unless a schema has every column of the format."""
    for field in SCHEMA:
        if field.name in ADDED_COLUMNS and field.name not in schema.names:
            continue
        if schema.names.count(field.name) != 1:
            raise SessionError(f"{path} is not of a session: the column {field.name!r} is missing")
        kind = schema.field(field.name).type
        if (
            pa.types.is_fixed_size_list(kind)
            and field.name in HAND_ARRAYS
            and kind.list_size != HAND_ARRAYS[field.name]
        ):
            joints = kind.list_size * JOINT_COUNT // HAND_ARRAYS[field.name]
            raise SessionError(
                f"{path} is of another hand: {field.name!r} has {joints} joints, and this program "
                f"knows hands of {JOINT_COUNT}"
            )
        if not kind.equals(field.type):
            raise SessionError(f"{path} is not of a session: the column {field.name!r} has another type")


def _completed(rows: pa.Table) -> pa.Table:
    """The rows with the columns that were added to the format after they were written."""
    for name, value in ADDED_COLUMNS.items():
        if name not in rows.schema.names:
            field = SCHEMA.field(name)
            is_hand = rows["track_id"].is_valid()
            column = pc.if_else(is_hand, pa.scalar(value, field.type), pa.scalar(None, field.type))
            rows = rows.append_column(field, column)
    return rows
