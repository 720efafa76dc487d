"""The hands of a session as numpy arrays: one row a hand in a frame, in the order of the frames."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from handtrack.sessions.schema import array_column, frame_bounds
from handtrack.skeleton import JOINT_COUNT


@dataclass(frozen=True, slots=True)
class HandArrays:
    """N hands; an index, a slice or a mask over them gives the same arrays of fewer hands.

    frame: (N,) int64, number of the frame in the session (or slice), from 0. frame_index: (N,) int64, number
    that the source gave it. timestamp: (N,) float64, seconds. track_id: (N,) int64. handedness: (N,) "left"
    or "right". score, exit_probability: (N,) float64. loops: (N,) int32. joints_2d, raw_joints_2d:
    (N, 21, 2) float32, pixels of the frame. joints_3d, raw_joints_3d: (N, 21, 3) float32, metres, wrist at
    the origin. sigma_2d: (N, 21) float32, pixels. sigma_3d: (N, 21) float32, metres. wrist_position,
    sigma_position: (N, 3) float32, metres from the camera, NaN in sessions from before it was recorded.
    Axes: x right, y down, z away from the camera.
    """

    frame: np.ndarray
    frame_index: np.ndarray
    timestamp: np.ndarray
    track_id: np.ndarray
    handedness: np.ndarray
    score: np.ndarray
    loops: np.ndarray
    exit_probability: np.ndarray
    joints_2d: np.ndarray
    joints_3d: np.ndarray
    sigma_2d: np.ndarray
    sigma_3d: np.ndarray
    wrist_position: np.ndarray
    sigma_position: np.ndarray
    raw_joints_2d: np.ndarray
    raw_joints_3d: np.ndarray

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, which: Any) -> HandArrays:
        """The hands that an index of numpy chooses; one number gives one hand, still as arrays (1, ...)."""
        which = [which] if isinstance(which, int | np.integer) else which
        return HandArrays(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def as_dict(self) -> dict[str, np.ndarray]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def hand_arrays(table: pa.Table) -> HandArrays:
    """The hands in the rows of a session's table."""
    bounds = frame_bounds(table)
    frame = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    there = table["track_id"].is_valid().to_numpy().astype(bool)
    hands = table.filter(pa.array(there))

    def points(name: str, axes: int) -> np.ndarray:
        return array_column(hands, name).reshape(-1, JOINT_COUNT, axes)

    return HandArrays(
        frame=frame[there],
        frame_index=hands["frame_index"].to_numpy(),
        timestamp=hands["timestamp"].to_numpy(),
        track_id=hands["track_id"].to_numpy().astype(np.int64),
        handedness=np.array(hands["handedness"].to_pylist(), dtype="<U5"),
        score=hands["score"].to_numpy(),
        loops=hands["iterations"].to_numpy().astype(np.int32),
        exit_probability=hands["exit_probability"].to_numpy(),
        joints_2d=points("joints_2d", 2),
        joints_3d=points("joints_3d", 3),
        sigma_2d=array_column(hands, "sigma_2d"),
        sigma_3d=array_column(hands, "sigma_3d"),
        wrist_position=array_column(hands, "wrist_position"),
        sigma_position=array_column(hands, "sigma_position"),
        raw_joints_2d=points("raw_joints_2d", 2),
        raw_joints_3d=points("raw_joints_3d", 3),
    )
