# SPDX-License-Identifier: GPL-3.0-or-later
"""What the running plots show of a recorded session, all frames at once; no Qt in here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from handtrack.sessions import Session

SIDES: Final = ("right", "left")
"""The hands of a frame by their columns; of two on one side the one that is known longest counts."""


@dataclass(frozen=True, slots=True)
class RecordedColumns:
    """All frames of a session, NaN where a hand is missing.

    moments: (F,) seconds. loops, certain: (F, 2), loops used, and the gate's probability after the first.
    sigma_mm, sigma_px: (F, 2, 21), in space and in the picture.
    """

    moments: np.ndarray
    loops: np.ndarray
    certain: np.ndarray
    sigma_mm: np.ndarray
    sigma_px: np.ndarray

    @classmethod
    def of(cls, session: Session) -> Self:
        """What a session holds."""
        from handtrack.sessions.schema import array_column  # Arrow takes a while, and the window shows first

        frames, table = len(session), session.table
        loops, certain = np.full((2, frames, 2), np.nan, np.float32)
        sigma_mm, sigma_px = np.full((2, frames, 2, 21), np.nan, np.float32)
        rows, frame, column = hand_rows(session)
        loops[frame, column] = table["iterations"].to_numpy(zero_copy_only=False).astype(np.float32)[rows]
        certain[frame, column] = _first(table["trace_exit_probability"])[rows]
        sigma_mm[frame, column] = 1000 * array_column(table, "sigma_3d")[rows]
        sigma_px[frame, column] = array_column(table, "sigma_2d")[rows]
        return cls(session.positions(), loops, certain, sigma_mm, sigma_px)


def hand_rows(session: Session) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows (R,) of a session's table with hands, the frame of each, and its column by SIDES.

    The longest known come last, so that they stand where two share a place.
    """
    sides = session.table["handedness"].to_numpy(zero_copy_only=False)
    tracks = session.table["track_id"].to_numpy(zero_copy_only=False).astype(float)
    rows = np.argsort(-tracks, kind="stable")
    rows = rows[np.isfinite(tracks[rows])]
    frame = np.searchsorted(session.bounds, rows, side="right") - 1
    return rows, frame, (sides[rows] == SIDES[1]).astype(int)


def _first(column: pa.ChunkedArray) -> np.ndarray:
    """The first element (R,) of each list of a column, NaN where there is none."""
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    whole = column.combine_chunks()
    flat = whole.flatten().to_numpy(zero_copy_only=False)
    out = np.full(len(lengths), np.nan, np.float32)
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    out[lengths > 0] = flat[starts[lengths > 0]]
    return out
