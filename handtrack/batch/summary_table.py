"""`summary.parquet`: a row for each source whose session was tried to make in a folder."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from handtrack.batch.naming import digest
from handtrack.batch.outcome import Outcome
from handtrack.batch.watching import SUMMARY_NAME
from handtrack.errors import SessionError
from handtrack.plain_text import printable
from handtrack.sessions.columns import column
from handtrack.sessions.folder import reason, sync_folder

_ROWS_AT_A_TIME: Final = 10_000

_TYPES: Final[dict[Any, pa.DataType]] = {
    str: pa.string(),
    int: pa.int64(),
    int | None: pa.int64(),
    float | None: pa.float64(),
    datetime: pa.timestamp("ms", tz="UTC"),
}
SCHEMA: Final = pa.schema(
    [(name, _TYPES.get(field.annotation, pa.string())) for name, field in Outcome.model_fields.items()]
)


class SummaryTable:
    """Writes the rows of a run, and takes its name only once it is whole; for one thread at a time.

    Rows of sources that this run did not come to are kept from the table that was there, those of sessions
    that are gone are not. Raises SessionError where a file of that name is no such table, or the disk is
    full.
    """

    def __init__(self, out_dir: Path) -> None:
        self.path = out_dir / SUMMARY_NAME
        self._part = out_dir / f".{SUMMARY_NAME}.part"
        self._sources: set[int] = set()
        self._rows: list[dict[str, Any]] = []
        self._closed = False
        try:
            self._before = self._opened_before()
            self._writer = pq.ParquetWriter(self._part, SCHEMA)
        except OSError as error:
            raise SessionError(f"{self._part} cannot be written: {reason(error)}") from None

    def add(self, outcome: Outcome) -> None:
        """Take a row; the last of a source counts only if it is the first of this run."""
        row = outcome.model_dump()
        row["source"] = printable(outcome.source)
        key = digest(row["source"])
        if key not in self._sources:
            self._sources.add(key)
            self._rows.append(row)
            self._write_if(_ROWS_AT_A_TIME)

    def close(self) -> None:
        """Finish the table and give it its name; idempotent."""
        if self._closed:
            return
        self._closed = True
        try:
            self._keep_others()
            self._write_if(1)
            self._writer.close()
            with self._part.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(self._part, self.path)
            sync_folder(self.path.parent)
        except (OSError, pa.ArrowException) as error:
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)
            raise SessionError(
                f"{self.path} cannot be written: {reason(error)}; make room, and run the same again"
            ) from None

    def _opened_before(self) -> pq.ParquetFile | None:
        if not os.path.lexists(self.path):
            return None
        try:
            before = pq.ParquetFile(self.path)
            if before.schema_arrow.field("source").type == pa.string():
                return before
        except (OSError, KeyError, pa.ArrowException):
            pass
        raise SessionError(f"{self.path} is no table of this program, or is damaged; take it away")

    def _keep_others(self) -> None:
        if self._before is None:
            return
        for batch in self._before.iter_batches(_ROWS_AT_A_TIME):
            for row in batch.to_pylist():
                kept = digest(row["source"]) not in self._sources
                if kept and (not row.get("session") or (self.path.parent / row["session"]).is_dir()):
                    self._rows.append({name: row.get(name) for name in SCHEMA.names})
                    self._write_if(_ROWS_AT_A_TIME)
        self._before.close()

    def _write_if(self, rows: int) -> None:
        if len(self._rows) >= rows:
            columns = [
                column([row[name] for row in self._rows], SCHEMA.field(name).type) for name in SCHEMA.names
            ]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=SCHEMA))
            self._rows.clear()
