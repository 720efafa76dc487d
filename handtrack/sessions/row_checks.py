"""Whether the rows of a session's table can be what a recorder wrote."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handtrack.sessions.schema import FRAME_COLUMNS, HAND_ARRAYS, HAND_COLUMNS, TRACE_COLUMNS

_MOST_PIXELS = 1 << 16
"""Of a frame's width or height."""


def problem_of(rows: pa.Table) -> str | None:
    """What is wrong with some rows, in one clause; None where `from_rows` can read every frame of them."""
    return (
        _problem_of_frames(rows)
        or _problem_of_hands(rows)
        or _problem_of_traces(rows.filter(pc.is_valid(rows["track_id"])))
    )


def _problem_of_frames(rows: pa.Table) -> str | None:
    for name in FRAME_COLUMNS:
        if rows[name].null_count:
            return f"{name} has gaps"
    for name in ("frame_width", "frame_height"):
        sizes = rows[name].to_numpy()
        if len(sizes) and not 1 <= sizes.min() <= sizes.max() <= _MOST_PIXELS:
            return f"{name} is none of a picture"
    if not np.isfinite(rows["timestamp"].to_numpy()).all():
        return "timestamp is no time"
    if rows["frame_index"].to_numpy().min(initial=0) < 0:
        return "frame_index is below zero"
    if np.any(np.diff(rows["video_time_ms"].to_numpy()) < 0):
        return "video_time_ms falls"
    return None


def _problem_of_hands(rows: pa.Table) -> str | None:
    present = rows["track_id"].is_valid()
    for name in (*HAND_COLUMNS, *HAND_ARRAYS, *TRACE_COLUMNS):
        if not rows[name].is_valid().equals(present):
            return f"{name} is not there where a hand is"
    if not set(pc.unique(rows["handedness"].drop_null()).to_pylist()) <= {"left", "right"}:
        return "handedness is neither left nor right"
    absent = ~present.to_numpy(zero_copy_only=False).astype(bool) if len(rows) else np.zeros(0, bool)
    same = np.diff(rows["video_time_ms"].to_numpy()) == 0
    if np.any((absent[1:] | absent[:-1]) & same):
        return "a frame is without a hand and with one"
    return None


def _problem_of_traces(hands: pa.Table) -> str | None:
    """hands: the rows with a hand."""
    loops = hands["trace_exit_probability"].combine_chunks()
    counts = pc.list_value_length(loops)
    if loops.flatten().null_count:
        return "trace_exit_probability has gaps"
    for name in TRACE_COLUMNS:
        column = hands[name].combine_chunks()
        if not pc.list_value_length(column).equals(counts) or column.flatten().null_count:
            return f"{name} has another number of loops"
    return None
