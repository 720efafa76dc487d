"""A recorded session smoothed anew, with what came later known: calm, and without lag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from handtrack.config import TrackerSettings
from handtrack.sessions.reader import Session
from handtrack.sessions.schema import array_column
from handtrack.tracking.both_ways import smooth_recorded_2d, smooth_recorded_3d


def smoothed(session: Session, settings: TrackerSettings | None = None) -> Session:
    """The session with other `joints_2d` and `joints_3d`, made from the raw ones of each track.

    settings: how, by default as the program smooths live. Places before the camera and traces stay as they
    are, and so do all hands of pictures that stand alone.
    """
    source = session.manifest.source
    if source is not None and source.stills:
        return session
    settings = settings or TrackerSettings()
    table = session.table
    tracks = table.column("track_id").to_numpy(zero_copy_only=False)
    times = table.column("timestamp").to_numpy()
    crop_size = table.column("crop_size").to_numpy(zero_copy_only=False)
    flat, space = _points(table, "raw_joints_2d", 2), _points(table, "raw_joints_3d", 3)
    sigma_2d, sigma_3d = (_points(table, name, 1)[..., 0] for name in ("sigma_2d", "sigma_3d"))
    for track in np.unique(tracks[np.isfinite(tracks.astype(float))]):
        rows = np.flatnonzero(tracks == track)
        flat[rows] = smooth_recorded_2d(flat[rows], sigma_2d[rows], crop_size[rows], times[rows], settings)
        space[rows] = smooth_recorded_3d(space[rows], sigma_3d[rows], times[rows], settings)
    nobody = ~np.isfinite(tracks.astype(float))
    for name, values in (("joints_2d", flat), ("joints_3d", space)):
        column = pa.FixedSizeListArray.from_arrays(
            pa.array(values.reshape(-1)), values[0].size, mask=pa.array(nobody)
        )
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(name), column)
    return replace(session, table=table)


def _points(table: pa.Table, name: str, axes: int) -> np.ndarray:
    """A column's points (R, 21, axes) float32, NaN in rows without a hand."""
    rows = array_column(table, name)
    return rows.reshape(len(rows), -1, axes)
