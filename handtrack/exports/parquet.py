"""Parquet in long form: a row a joint, units in the names and in each column's metadata."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from handtrack.exports.blocks import long_blocks
from handtrack.exports.job import ExportJob
from handtrack.sessions.long_form import LONG_SCHEMA


def write(job: ExportJob, path: Path) -> tuple[str, ...]:
    """Write the hands."""
    with pq.ParquetWriter(path, LONG_SCHEMA, compression="zstd", write_page_checksum=True) as writer:
        for block in long_blocks(job.hands):
            writer.write_table(block)
    return ()
