"""A recorded session smoothed anew, with what came later known: calm, and without lag."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from handtrack.config import TrackerSettings
from handtrack.geometry import Intrinsics
from handtrack.position import wrist_distance, wrist_position
from handtrack.sessions.reader import Session
from handtrack.sessions.schema import array_column
from handtrack.tracking.both_ways import smooth_recorded_2d, smooth_recorded_3d

_APART: Final = 0.02
"""Of its distance, between a recorded place and what its joints say of it: then they belong together."""


def smoothed(session: Session, settings: TrackerSettings | None = None) -> Session:
    """The session with other `joints_2d` and `joints_3d`, made from the raw ones of each track.

    Places before the camera follow them, as they did live; their sigmas and the traces stay as they are, and
    so do all hands of pictures that stand alone. settings: how, by default as the program smooths live.
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
    shown = _points(table, "joints_2d", 2), _points(table, "joints_3d", 3)
    places, centres = array_column(table, "wrist_position"), _centres(table)
    for track in np.unique(tracks[np.isfinite(tracks.astype(float))]):
        rows = np.flatnonzero(tracks == track)
        flat[rows] = smooth_recorded_2d(flat[rows], sigma_2d[rows], crop_size[rows], times[rows], settings)
        space[rows] = smooth_recorded_3d(space[rows], sigma_3d[rows], times[rows], settings)
        before, after = (shown[0][rows], shown[1][rows]), (flat[rows], space[rows])
        places[rows] = _followed(places[rows], before, after, centres[rows])
    nobody = ~np.isfinite(tracks.astype(float))
    placeless = nobody | ~np.isfinite(places).all(axis=1)
    columns = (
        ("joints_2d", flat, nobody),
        ("joints_3d", space, nobody),
        ("wrist_position", places, placeless),
    )
    for name, values, missing in columns:
        column = pa.FixedSizeListArray.from_arrays(
            pa.array(values.reshape(-1)), values[0].size, mask=pa.array(missing)
        )
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(name), column)
    return replace(session, table=table)


def _centres(table: pa.Table) -> np.ndarray:
    """Middles of the frames (R, 2), pixels."""
    return np.stack([table.column(f"frame_{side}").to_numpy() / 2 for side in ("width", "height")], axis=1)


def _followed(
    places: np.ndarray,
    before: tuple[np.ndarray, np.ndarray],
    after: tuple[np.ndarray, np.ndarray],
    centres: np.ndarray,
) -> np.ndarray:
    """Wrists' places (T, 3) that follow from joints (T, 21, 2) and (T, 21, 3) as smoothed anew.

    places, before: as they were recorded, from which the camera's focal length is told.
    """
    focal = _focal(places[:, 2], before, centres)
    if not focal > 0:
        return places
    told, followed = (_places(joints, centres, focal) for joints in (before, after))
    # Where a place did not follow from its joints, for they were of two poses, or there is none, it stays;
    # where most did not, all stay, for then they come from elsewhere.
    apart = np.linalg.norm(told - places, axis=1) / np.abs(places[:, 2])
    if not np.nanmedian(apart) < _APART:
        return places
    return np.where((apart < _APART)[:, None], followed, places)


def _focal(distances: np.ndarray, joints: tuple[np.ndarray, np.ndarray], centres: np.ndarray) -> float:
    """The focal length, pixels, at which joints lie at these distances (T,), or NaN.

    A distance is a share of the focal length and a rest: two focal lengths tell both.
    """
    one, two = (_places(joints, centres, length)[:, 2] for length in (1.0, 2.0))
    found = (distances - (2 * one - two)) / (two - one)
    found = found[np.isfinite(found)]
    return float(np.median(found)) if len(found) else float("nan")


def _places(joints: tuple[np.ndarray, np.ndarray], centres: np.ndarray, focal: float) -> np.ndarray:
    """Places of wrists (T, 3) as joints (T, 21, 2) and (T, 21, 3) tell them, for a focal length in pixels."""
    places = np.empty((len(centres), 3))
    for row, (flat, near, (x, y)) in enumerate(zip(*joints, centres, strict=True)):
        camera = Intrinsics(focal, (float(x), float(y)))
        places[row] = wrist_position(flat, wrist_distance(flat, near, camera), camera)
    return places


def _points(table: pa.Table, name: str, axes: int) -> np.ndarray:
    """A column's points (R, 21, axes) float32, NaN in rows without a hand."""
    rows = array_column(table, name)
    return rows.reshape(len(rows), -1, axes)
