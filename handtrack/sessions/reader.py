"""Reading a session, whether it was closed or interrupted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from handtrack.errors import SessionError
from handtrack.extras import installing
from handtrack.hand import Frame, FrameResult, read_only
from handtrack.sessions.arrays import HandArrays, hand_arrays
from handtrack.sessions.folder import VIDEO_NAME, reason, video_parts
from handtrack.sessions.long_form import long_table
from handtrack.sessions.manifest import Manifest, read_manifest
from handtrack.sessions.schema import FrameRecord, array_column, frame_bounds, from_rows
from handtrack.sessions.tables import read_table
from handtrack.sessions.video import picture_times, read_pictures
from handtrack.sessions.video_parts import restored

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
    """A recorded session, or with `session[100:200]` some frames of it, which are nothing but a smaller one.

    table: every row, with the columns of docs/session-format.md. whole: whether the session was closed
    and the table has all of its frames. damage: what is wrong with the tables' files, a sentence each.
    """

    folder: Path
    manifest: Manifest
    table: pa.Table
    whole: bool
    damage: tuple[str, ...] = ()

    @property
    def video(self) -> Path:
        """Path of the video, or of its first part; it may be missing."""
        return self.folder / VIDEO_NAME

    @property
    def has_video(self) -> bool:
        """Whether pictures were to be kept at all."""
        return self._kept_video != "none"

    def restored(self, picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """The frame of a width and height out of a picture (H, W, 3) of the video."""
        return restored(picture, size, half=self._kept_video == "half")

    @property
    def _kept_video(self) -> object:
        recording = self.manifest.settings.get("recording")
        return recording.get("video") if isinstance(recording, dict) else None

    @cached_property
    def bounds(self) -> np.ndarray:
        """Row numbers (F + 1,) int64 of the table between which each frame lies."""
        return frame_bounds(self.table)

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.bounds) - 1

    def __getitem__(self, frames: slice) -> Session:
        """The session of these frames alone. Raises TypeError where it is no slice, ValueError for a step."""
        if not isinstance(frames, slice):
            raise TypeError(f"a session takes slices, such as session[10:20], not {type(frames).__name__}")
        first, end, step = frames.indices(len(self))
        if step != 1:
            raise ValueError("frames follow each other: a slice of a session has no step")
        begin = int(self.bounds[first])
        return replace(self, table=self.table.slice(begin, max(int(self.bounds[max(first, end)]) - begin, 0)))

    @cached_property
    def hands(self) -> HandArrays:
        """Every hand of every frame as numpy arrays."""
        return hand_arrays(self.table)

    def to_arrow(self) -> pa.Table:
        """A table in long form: one row for each joint of each hand; see docs/exports.md."""
        return long_table(self.hands)

    def to_pandas(self) -> Any:
        """The same as a pandas DataFrame. Raises SessionError where pandas is not installed."""
        try:
            import pandas  # noqa: F401, what Arrow says of its absence is no sentence
        except ImportError:
            raise SessionError(f"a table of pandas needs pandas; run: {installing('exports')}") from None
        return self.to_arrow().to_pandas()

    def positions(self) -> np.ndarray:
        """Seconds (F,) from the first frame to each, rising."""
        times = self.table["timestamp"].to_numpy()[self.bounds[:-1]]
        # A session whose clock was set back is played in its order all the same.
        return np.maximum.accumulate(times - times[0]) if len(times) else times

    def relative_sigmas(self) -> np.ndarray:
        """Mean sigma (F,) in the picture over the hand's extent, of each frame's least sure hand, or NaN."""
        sigmas = np.full(len(self), np.nan)
        joints, sigma = array_column(self.table, "joints_2d"), array_column(self.table, "sigma_2d")
        extent = np.ptp(joints.reshape(len(joints), -1, 2), axis=1).max(axis=1)
        frame = np.searchsorted(self.bounds, np.arange(len(joints)), side="right") - 1
        np.fmax.at(sigmas, frame, sigma.mean(axis=1) / np.maximum(extent, 1e-6))
        return sigmas

    def place(self, number: int) -> tuple[int, tuple[int, int], float]:
        """Time in the video (ms), size (pixels) and timestamp of the frame with a number from 0."""
        row = int(self.bounds[number])
        names = ("video_time_ms", "frame_width", "frame_height", "timestamp")
        time_ms, width, height, timestamp = (self.table[name][row].as_py() for name in names)
        return time_ms, (width, height), timestamp

    def record(self, number: int) -> FrameRecord:
        """What is known of the frame with a number from 0, without its picture."""
        first, end = self.bounds[number], self.bounds[number + 1]
        return from_rows(self.table.slice(first, end - first))

    def records(self) -> Iterator[FrameRecord]:
        """What is known of each frame, without pictures."""
        return (self.record(number) for number in range(len(self)))

    def frames(self) -> Iterator[RecordedFrame]:
        """Each frame with its picture, in order.

        Raises SessionError where the video of a closed session is missing or cannot be opened. One that was
        ended by force before its first picture has frames without pictures.
        """
        try:
            pictures = self._pictures()
            upcoming = next(pictures, None)
            for record in self.records():
                # The video may hold pictures of its own: see `VideoWriter.settle`.
                while upcoming is not None and upcoming[0] < record.video_time_ms:
                    upcoming = next(pictures, None)
                found = upcoming is not None and upcoming[0] == record.video_time_ms
                image = read_only(self.restored(upcoming[1], record.size)) if found and upcoming else None
                yield RecordedFrame(record, image)
        except OSError as error:
            raise SessionError(f"{self.video} cannot be read: {reason(error)}") from error

    def picture_times(self) -> list[int]:
        """Times in milliseconds of all pictures of the video. Raises OSError where it cannot be opened."""
        return [time for part in self._video_parts() for time in picture_times(part)]

    def _pictures(self) -> Iterator[tuple[int, np.ndarray]]:
        for part in self._video_parts():
            try:
                yield from read_pictures(part)
            except OSError as error:
                if self.manifest.status == "complete":
                    raise
                logger.info("%s cannot be read: %s", part, reason(error))

    def _video_parts(self) -> list[Path]:
        if not self.has_video:
            return []
        # Where there is none, opening the first says so.
        return video_parts(self.folder) or [self.video]


def read_session(folder: str | Path) -> Session:
    """Session in a folder, complete or interrupted.

    Raises SessionError naming what is missing or damaged.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    rows = read_table(folder, manifest)
    return Session(folder, manifest, rows.table, rows.whole, rows.damage)


open_session = read_session
"""What `handtrack.open_session` is."""
