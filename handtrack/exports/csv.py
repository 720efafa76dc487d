"""CSV in long form: a row a joint, units in the header."""

from __future__ import annotations

from pathlib import Path

from pyarrow import csv

from handtrack.exports.blocks import long_blocks
from handtrack.exports.job import ExportJob
from handtrack.sessions.long_form import LONG_SCHEMA


def write(job: ExportJob, path: Path) -> tuple[str, ...]:
    """Write the hands; numbers are written so that they are read back exactly."""
    with csv.CSVWriter(
        str(path), LONG_SCHEMA, write_options=csv.WriteOptions(quoting_style="none")
    ) as writer:
        for block in long_blocks(job.hands):
            writer.write_table(block)
    return ()
