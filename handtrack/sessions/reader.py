"""Reading a session, whether it was closed or interrupted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from handtrack.errors import SessionError
from handtrack.hand import Frame, FrameResult, read_only
from handtrack.sessions.folder import STREAM_NAME, TABLE_NAME, VIDEO_NAME, reason
from handtrack.sessions.manifest import Manifest, read_manifest
from handtrack.sessions.schema import SCHEMA, FrameRecord, frame_bounds, from_rows
from handtrack.sessions.video import fit_back, read_pictures

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One frame of a session.

    record: what is known of it. image: (H, W, 3) uint8 BGR in the size that the hands' pixels refer to,
    or None where the video lacks it.
    """

    record: FrameRecord
    image: np.ndarray | None

    def result(self) -> FrameResult:
        """The frame as the tracker gave it. Raises SessionError where its picture is lost."""
        record = self.record
        if self.image is None:
            raise SessionError(f"the picture of frame {record.index} is not in the video")
        return FrameResult(
            frame=Frame(self.image, record.timestamp, record.index),
            hands=record.hands,
            detector_ran=record.detector_ran,
            gate_threshold=record.gate_threshold,
            max_iterations=record.max_iterations,
            timings=record.timings,
        )


@dataclass(frozen=True)
class Session:
    """A recorded session.

    table: every row, with the columns of docs/session-format.md. whole: whether the session was closed
    and the table has all of its frames.
    """

    folder: Path
    manifest: Manifest
    table: pa.Table
    whole: bool

    @property
    def video(self) -> Path:
        """Path of the video, which may be missing."""
        return self.folder / VIDEO_NAME

    @cached_property
    def bounds(self) -> np.ndarray:
        """Row numbers (F + 1,) int64 of the table between which each frame lies."""
        return frame_bounds(self.table)

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.bounds) - 1

    def record(self, number: int) -> FrameRecord:
        """What is known of the frame with a number from 0, without its picture."""
        first, end = self.bounds[number], self.bounds[number + 1]
        return from_rows(self.table.slice(first, end - first))

    def records(self) -> Iterator[FrameRecord]:
        """What is known of each frame, without pictures."""
        return (self.record(number) for number in range(len(self)))

    def frames(self) -> Iterator[RecordedFrame]:
        """Each frame with its picture, in order.

        Raises SessionError where the video is missing or cannot be opened.
        """
        try:
            pictures = read_pictures(self.video)
            upcoming = next(pictures, None)
            for record in self.records():
                # The video may hold pictures of its own: see `VideoWriter.settle`.
                while upcoming is not None and upcoming[0] < record.video_time_ms:
                    upcoming = next(pictures, None)
                found = upcoming is not None and upcoming[0] == record.video_time_ms
                image = read_only(fit_back(upcoming[1], record.size)) if found and upcoming else None
                yield RecordedFrame(record, image)
        except OSError as error:
            raise SessionError(f"{self.video} cannot be read: {reason(error)}") from error


def read_session(folder: str | Path) -> Session:
    """Session in a folder, complete or interrupted.

    Raises SessionError naming what is missing or damaged.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    stream, parquet = folder / STREAM_NAME, folder / TABLE_NAME
    if not stream.exists() and not parquet.exists():
        raise SessionError(f"{folder} is not a whole session: {STREAM_NAME} is missing")
    table = _read_stream(stream)
    if not _holds_all(table, manifest) and parquet.exists():
        # Only a closed session has this file, and it has every row.
        table = _read_parquet(parquet) or table
    if table is None:
        raise SessionError(f"{stream} is damaged from its first byte; nothing can be recovered from it")
    # One chunk: finding a row among thousands of small batches takes longer than reading it.
    return Session(folder, manifest, table.combine_chunks(), _holds_all(table, manifest))


def _holds_all(table: pa.Table | None, manifest: Manifest) -> bool:
    """Whether a table has every frame that a closed session counted."""
    return (
        table is not None
        and manifest.status == "complete"
        and manifest.frames == len(frame_bounds(table)) - 1
    )


def _read_stream(path: Path) -> pa.Table | None:
    """The whole batches of a stream, or None if it is not one."""
    batches = []
    try:
        if path.stat().st_size == 0:  # cut before the first flush
            return SCHEMA.empty_table()
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            schema = _checked(reader.schema, path)
            try:
                for batch in reader:
                    batch.validate(full=True)
                    batches.append(batch)
            except (pa.ArrowException, OSError) as error:
                logger.info("%s was cut: %s", path, reason(error))
    except (pa.ArrowException, OSError) as error:
        logger.info("%s cannot be read: %s", path, reason(error))
        return None
    return pa.Table.from_batches(batches, schema)


def _read_parquet(path: Path) -> pa.Table | None:
    try:
        with pa.OSFile(str(path)) as file:
            table = pq.read_table(file)
        return table if _checked(table.schema, path) else None
    except (pa.ArrowException, OSError) as error:
        logger.info("%s cannot be read: %s", path, reason(error))
        return None


def _checked(schema: pa.Schema, path: Path) -> pa.Schema:
    """The schema, if it has every column of the format."""
    for field in SCHEMA:
        if field.name not in schema.names:
            raise SessionError(f"{path} is not of a session: the column {field.name!r} is missing")
        if not schema.field(field.name).type.equals(field.type):
            raise SessionError(f"{path} is not of a session: the column {field.name!r} has another type")
    return schema
