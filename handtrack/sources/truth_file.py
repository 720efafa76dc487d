"""The truth of a video's hands, in an Arrow file beside the video.

`clip.mp4` has its truth in `clip.truth.arrow`: one row for each hand in each frame, and one row with empty
hand columns for a frame without hands. Frames are named by their presentation time, so that a video that
lost some of its frames still has the right truth for the others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from handtrack.columnar import read_arrow_file
from handtrack.errors import SourceError
from handtrack.hand import HandTruth, read_only
from handtrack.plain_text import printable
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT_NAME = "handtrack truth"
FORMAT_VERSION = 1
TIME_TOLERANCE_MS = 5
"""A frame has the truth of the nearest time, but of none further away than this."""

_MOST_BYTES = 50_000_000  # about an hour of one hand

_UNITS = (
    "joints_2d: pixels of the frame, x right, y down; joints_3d: metres, wrist at the origin, "
    "x right, y down, z away from the camera; time_ms: presentation time in the video"
)


@dataclass(frozen=True, slots=True)
class ClipTruth:
    """The true hands of each frame of a video.

    size: width and height in pixels of the frames that joints_2d refers to.
    times_ms: (F,) int64, rising. hands: the hands of each of these frames.
    """

    size: tuple[int, int]
    times_ms: np.ndarray
    hands: tuple[tuple[HandTruth, ...], ...]

    def at(self, seconds: float) -> tuple[HandTruth, ...] | None:
        """The hands of the frame that is shown at a time in the video; None if the file lacks it."""
        if not len(self.times_ms):
            return None
        distances = np.abs(self.times_ms - seconds * 1000)
        nearest = int(distances.argmin())
        return self.hands[nearest] if distances[nearest] <= TIME_TOLERANCE_MS else None


def truth_path(video: Path) -> Path:
    """Where the truth of a video lies."""
    return video.with_suffix(".truth.arrow")


def write_truth(path: Path, truth: ClipTruth) -> None:
    """Write a truth file. Raises OSError when the disk does not take it."""
    import pyarrow as pa

    rows = [
        (time, hand)
        for time, hands in zip(truth.times_ms.tolist(), truth.hands, strict=True)
        for hand in (hands or (None,))
    ]
    hands = [hand for _, hand in rows]
    schema = _schema().with_metadata(
        {
            "format": FORMAT_NAME,
            "format_version": str(FORMAT_VERSION),
            "frame_size": json.dumps(truth.size),
            "joint_names": json.dumps(JOINT_NAMES),
            "units": _UNITS,
        }
    )
    columns = [
        pa.array([time for time, _ in rows], pa.int64()),
        pa.array([None if hand is None else hand.handedness for hand in hands], pa.string()),
        *(
            pa.array([None if hand is None else getattr(hand, name).ravel() for hand in hands], kind)
            for name, kind in ((name, schema.field(name).type) for name in _ARRAYS)
        ),
    ]
    table = pa.Table.from_arrays(columns, schema=schema)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        writer.write_table(table)


def read_truth(path: Path) -> ClipTruth:
    """The truth in a file. Raises SourceError that says what is wrong with it."""
    import pyarrow as pa

    try:
        table = read_arrow_file(path, _MOST_BYTES)
        _check_format(table.schema, path)
        return _to_truth(table)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise SourceError(
            f"the truth file {path} cannot be read ({reason}): make the clip again, "
            "or remove this file to play the video without it"
        ) from None


_ARRAYS = {"joints_2d": 2, "joints_3d": 3, "visible": 1}


def _schema() -> pa.Schema:
    import pyarrow as pa

    kinds = {name: pa.bool_() if name == "visible" else pa.float32() for name in _ARRAYS}
    arrays = [(name, pa.list_(kinds[name], JOINT_COUNT * axes)) for name, axes in _ARRAYS.items()]
    return pa.schema([("time_ms", pa.int64()), ("handedness", pa.string()), *arrays])


def _check_format(schema: pa.Schema, path: Path) -> None:
    metadata = schema.metadata or {}
    if metadata.get(b"format") != FORMAT_NAME.encode():
        raise SourceError(f"{path} is not the truth of a video: it has another format; remove it")
    version = metadata.get(b"format_version", b"").decode()
    if version != str(FORMAT_VERSION):
        raise SourceError(
            f"{path} has version {printable(version):.20} of the format, and this program reads "
            f"{FORMAT_VERSION}: make the clip again, or install the newest handtrack"
        )
    for field in _schema():
        if schema.names.count(field.name) != 1 or schema.field(field.name).type != field.type:
            raise SourceError(f"{path} is damaged: its column {field.name!r} is missing or of another type")


def _to_truth(table: pa.Table) -> ClipTruth:
    width, height = json.loads(table.schema.metadata[b"frame_size"])
    if not all(type(side) is int and 0 < side < 1 << 16 for side in (width, height)):
        raise ValueError("the size of its frames is none")
    frames: dict[int, list[HandTruth]] = {}
    for row in table.to_pylist():
        hands = frames.setdefault(row["time_ms"], [])
        if row["handedness"] is not None:
            hands.append(_hand(row))
    times = np.array(sorted(frames), np.int64)
    return ClipTruth((width, height), times, tuple(tuple(frames[time]) for time in times.tolist()))


def _hand(row: dict[str, Any]) -> HandTruth:
    if row["handedness"] not in ("left", "right"):
        raise ValueError(f"a hand is {row['handedness']!r}")
    joints_2d = np.array(row["joints_2d"], np.float32).reshape(JOINT_COUNT, 2)
    joints_3d = np.array(row["joints_3d"], np.float32).reshape(JOINT_COUNT, 3)
    if not (np.isfinite(joints_2d).all() and np.isfinite(joints_3d).all()):
        raise ValueError("a joint is not finite")
    visible = np.array(row["visible"], bool)
    return HandTruth(read_only(joints_2d), read_only(joints_3d), read_only(visible), row["handedness"])
