"""The table of a session: its columns, and hands turned into rows and back, without loss.

One row for each hand in each frame, and one row with empty hand columns for a frame without hands.
docs/session-format.md describes every column.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from handtrack.hand import Crop, FrameResult, Hand, IterationEstimate, read_only
from handtrack.sessions.columns import column, numbers, rows_of_length, rows_of_width
from handtrack.sessions.manifest import FORMAT_NAME, FORMAT_VERSION
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES

TIMING_STAGES: Final = ("detect", "crop", "estimate", "smooth", "total")
HAND_ARRAYS: Final = {
    "joints_2d": 2 * JOINT_COUNT,
    "joints_3d": 3 * JOINT_COUNT,
    "raw_joints_2d": 2 * JOINT_COUNT,
    "raw_joints_3d": 3 * JOINT_COUNT,
    "sigma_2d": JOINT_COUNT,
    "sigma_3d": JOINT_COUNT,
}
POSITION_ARRAYS: Final = ("wrist_position", "sigma_position")
_TRACE_ARRAYS: Final = ("joints_2d", "joints_3d", "sigma_2d", "sigma_3d")
TRACE_COLUMNS: Final = (*(f"trace_{name}" for name in _TRACE_ARRAYS), "trace_exit_probability")

FRAME_COLUMNS: Final[dict[str, tuple[pa.DataType, str]]] = {
    "frame_index": (pa.int64(), "1"),
    "timestamp": (pa.float64(), "s"),
    "video_time_ms": (pa.int64(), "ms"),
    "frame_width": (pa.int32(), "px"),
    "frame_height": (pa.int32(), "px"),
    "dropped": (pa.int64(), "1"),
    "detector_ran": (pa.bool_(), "1"),
    "gate_threshold": (pa.float64(), "1"),
    "max_iterations": (pa.int32(), "1"),
}
HAND_COLUMNS: Final[dict[str, tuple[pa.DataType, str]]] = {
    "track_id": (pa.int64(), "1"),
    "handedness": (pa.string(), "left or right"),
    "score": (pa.float64(), "1"),
    "iterations": (pa.int32(), "1"),
    "exit_probability": (pa.float64(), "1"),
    "crop_x": (pa.float64(), "px"),
    "crop_y": (pa.float64(), "px"),
    "crop_size": (pa.float64(), "px"),
    "crop_angle": (pa.float64(), "rad"),
    "crop_mirrored": (pa.bool_(), "1"),
    "crops": (pa.int32(), "1"),
}
ADDED_COLUMNS: Final[dict[str, int | None]] = {"crops": 1, **dict.fromkeys(POSITION_ARRAYS)}
"""Columns of hands that sessions of this format may lack, and what they would have held, None if unknown."""
_HAND_VALUES: Final[dict[str, Callable[[Hand], Any]]] = {
    "track_id": lambda hand: int(hand.track_id),
    "handedness": lambda hand: str(hand.handedness),
    "score": lambda hand: float(hand.score),
    "iterations": lambda hand: int(hand.iterations),
    "exit_probability": lambda hand: float(hand.exit_probability),
    "crop_x": lambda hand: float(hand.crop.centre[0]),
    "crop_y": lambda hand: float(hand.crop.centre[1]),
    "crop_size": lambda hand: float(hand.crop.size),
    "crop_angle": lambda hand: float(hand.crop.angle),
    "crop_mirrored": lambda hand: bool(hand.crop.mirrored),
    "crops": lambda hand: int(hand.crops),
}


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """What is kept of one frame: the result without its picture.

    size: width and height of the frame, pixels. video_time_ms: its time in the video, milliseconds.
    dropped: frames that the recorder had lost by then.
    """

    index: int
    timestamp: float
    video_time_ms: int
    size: tuple[int, int]
    dropped: int
    detector_ran: bool
    gate_threshold: float
    max_iterations: int
    timings: dict[str, float]
    hands: tuple[Hand, ...]

    @classmethod
    def of(cls, result: FrameResult, video_time_ms: int, dropped: int) -> FrameRecord:
        """Record of a result."""
        return cls(
            index=int(result.frame.index),
            timestamp=float(result.frame.timestamp),
            video_time_ms=video_time_ms,
            size=result.frame.size,
            dropped=dropped,
            detector_ran=bool(result.detector_ran),
            gate_threshold=float(result.gate_threshold),
            max_iterations=int(result.max_iterations),
            timings=dict(result.timings),
            hands=result.hands,
        )

    def without_traces(self) -> FrameRecord:
        """The record without the estimates of the single loops."""
        return replace(self, hands=tuple(replace(hand, trace=()) for hand in self.hands))


def _unit(array: str) -> str:
    return "m" if array.endswith("3d") else "px"


def _make_schema() -> pa.Schema:
    fields = [_field(name, kind, unit, False) for name, (kind, unit) in FRAME_COLUMNS.items()]
    fields += [_field(f"{stage}_ms", pa.float64(), "ms", True) for stage in TIMING_STAGES]
    fields += [_field(name, kind, unit, True) for name, (kind, unit) in HAND_COLUMNS.items()]
    fields += [
        _field(name, pa.list_(pa.float32(), width), _unit(name), True) for name, width in HAND_ARRAYS.items()
    ]
    fields += [_field(name, pa.list_(pa.float32(), 3), "m", True) for name in POSITION_ARRAYS]
    fields += [
        _field(f"trace_{name}", pa.list_(pa.list_(pa.float32(), HAND_ARRAYS[name])), _unit(name), True)
        for name in _TRACE_ARRAYS
    ]
    fields.append(_field("trace_exit_probability", pa.list_(pa.float64()), "1", True))
    metadata = {
        "format": FORMAT_NAME,
        "format_version": str(FORMAT_VERSION),
        "joint_names": json.dumps(JOINT_NAMES),
        "units": "2D: pixels of the frame, x right, y down; 3D: metres, wrist at the origin, "
        "x right, y down, z away from the camera; position: the same axes, camera at the origin; "
        "sigma: one standard deviation",
    }
    return pa.schema(fields, metadata=metadata)


def _field(name: str, kind: pa.DataType, unit: str, nullable: bool) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"unit": unit})


SCHEMA: Final[pa.Schema] = _make_schema()


def to_batch(records: Sequence[FrameRecord]) -> pa.RecordBatch:
    """Rows of some frames, in order."""
    rows: list[tuple[FrameRecord, Hand | None]] = [
        (record, hand) for record in records for hand in (record.hands or (None,))
    ]
    hands = [hand for _, hand in rows]
    columns: dict[str, Any] = {
        "frame_index": [record.index for record, _ in rows],
        "timestamp": [record.timestamp for record, _ in rows],
        "video_time_ms": [record.video_time_ms for record, _ in rows],
        "frame_width": [record.size[0] for record, _ in rows],
        "frame_height": [record.size[1] for record, _ in rows],
        "dropped": [record.dropped for record, _ in rows],
        "detector_ran": [record.detector_ran for record, _ in rows],
        "gate_threshold": [record.gate_threshold for record, _ in rows],
        "max_iterations": [record.max_iterations for record, _ in rows],
    }
    for stage in TIMING_STAGES:
        columns[f"{stage}_ms"] = [record.timings.get(stage) for record, _ in rows]
    for name, value in _HAND_VALUES.items():
        columns[name] = [None if hand is None else value(hand) for hand in hands]
    arrays = {name: column(values, SCHEMA.field(name).type) for name, values in columns.items()}
    for name, width in HAND_ARRAYS.items():
        arrays[name] = _fixed_lists([None if hand is None else getattr(hand, name) for hand in hands], width)
    for name in POSITION_ARRAYS:
        arrays[name] = _fixed_lists([None if hand is None else getattr(hand, name) for hand in hands], 3)
    for name in _TRACE_ARRAYS:
        steps = [getattr(step, name) for hand in hands if hand is not None for step in hand.trace]
        arrays[f"trace_{name}"] = _per_loop(hands, _fixed_lists(steps, HAND_ARRAYS[name]))
    exits = [float(step.exit_probability) for hand in hands if hand is not None for step in hand.trace]
    arrays["trace_exit_probability"] = _per_loop(hands, column(exits, pa.float64()))
    return pa.RecordBatch.from_arrays([arrays[name] for name in SCHEMA.names], schema=SCHEMA)


def _fixed_lists(values: Sequence[np.ndarray | None], width: int) -> pa.Array:
    flat = np.zeros((len(values), width), np.float32)
    for row, value in zip(flat, values, strict=True):
        if value is not None:
            row[:] = np.asarray(value, np.float32).reshape(width)
    return rows_of_width(numbers(flat.ravel()), width, [value is not None for value in values])


def _per_loop(hands: Sequence[Hand | None], values: pa.Array) -> pa.Array:
    counts = [0 if hand is None else len(hand.trace) for hand in hands]
    return rows_of_length(values, counts, [hand is not None for hand in hands])


def array_column(table: pa.Table, name: str) -> np.ndarray:
    """A column of arrays as rows (R, width) float32, NaN where a row has none."""
    column = table.column(name).combine_chunks()
    width = column.type.list_size
    rows = np.full((len(column), width), np.nan, np.float32)
    there = column.is_valid().to_numpy(zero_copy_only=False)
    rows[there] = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
    return rows


def frame_bounds(table: pa.Table) -> np.ndarray:
    """Row numbers (F + 1,) int64 between which each of the F frames of a table lies."""
    times = table["video_time_ms"].to_numpy()
    if not len(times):
        return np.zeros(1, np.int64)
    return np.concatenate([[0], np.flatnonzero(np.diff(times)) + 1, [len(times)]])


def from_rows(rows: pa.Table) -> FrameRecord:
    """Record of the one frame that some rows describe."""
    values = {name: rows[name].to_pylist() for name in SCHEMA.names if not name.endswith(("_2d", "_3d"))}
    first = {name: column[0] for name, column in values.items()}
    hands: tuple[Hand, ...] = ()
    if first["track_id"] is not None:
        hands = tuple(_hand(rows.slice(row, 1), values, row) for row in range(rows.num_rows))
    timings = {stage: first[f"{stage}_ms"] for stage in TIMING_STAGES if first[f"{stage}_ms"] is not None}
    return FrameRecord(
        index=first["frame_index"],
        timestamp=first["timestamp"],
        video_time_ms=first["video_time_ms"],
        size=(first["frame_width"], first["frame_height"]),
        dropped=first["dropped"],
        detector_ran=first["detector_ran"],
        gate_threshold=first["gate_threshold"],
        max_iterations=first["max_iterations"],
        timings=timings,
        hands=hands,
    )


def _hand(row: pa.Table, values: dict[str, list[Any]], number: int) -> Hand:
    exits = values["trace_exit_probability"][number]
    traces = {name: _floats(row, f"trace_{name}", len(exits)) for name in _TRACE_ARRAYS}
    trace = tuple(
        IterationEstimate(
            **{name: read_only(traces[name][loop]) for name in _TRACE_ARRAYS},
            exit_probability=probability,
        )
        for loop, probability in enumerate(exits)
    )
    return Hand(
        **{name: read_only(_floats(row, name, 1)[0]) for name in HAND_ARRAYS},
        iterations=values["iterations"][number],
        exit_probability=values["exit_probability"][number],
        handedness=values["handedness"][number],
        score=values["score"][number],
        track_id=values["track_id"][number],
        crop=Crop(
            centre=(values["crop_x"][number], values["crop_y"][number]),
            size=values["crop_size"][number],
            angle=values["crop_angle"][number],
            mirrored=values["crop_mirrored"][number],
        ),
        crops=values["crops"][number],
        trace=trace,
        wrist_position=_position(values["wrist_position"][number]),
        sigma_position=_position(values["sigma_position"][number]),
    )


def _position(values: list[float] | None) -> np.ndarray | None:
    return None if values is None else read_only(np.array(values), np.float32)


def _floats(row: pa.Table, name: str, count: int) -> np.ndarray:
    """Values of one row: (count, 21, axes) float32, or (count, 21) for standard deviations."""
    array = row[name].combine_chunks().flatten()
    if name.startswith("trace_"):
        array = array.flatten()
    shape = (count, JOINT_COUNT) if "sigma" in name else (count, JOINT_COUNT, int(name[-2]))
    return array.to_numpy(zero_copy_only=False).reshape(shape).copy()
