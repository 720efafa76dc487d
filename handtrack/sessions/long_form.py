"""The hands of a session in long form: one row a joint, plain numbers alone, units in the columns' names."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from handtrack.sessions.arrays import HandArrays
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES

_AXES: Final = "x right, y down, z away from the camera"
_COLUMNS: Final[dict[str, tuple[pa.DataType, str]]] = {
    "frame": (pa.int64(), "number of the frame in the session, from 0; frames without a hand have no row"),
    "frame_index": (pa.int64(), "number that the source gave the frame"),
    "timestamp_s": (pa.float64(), "capture time, seconds; its zero has no meaning"),
    "track_id": (pa.int64(), "the same hand's from frame to frame"),
    "handedness": (pa.string(), "left or right"),
    "score": (pa.float64(), "probability that a hand was seen"),
    "loops": (pa.int32(), "loops of the network that were used"),
    "exit_probability": (pa.float64(), "the gate's output after the last loop"),
    "joint": (pa.int8(), f"0 to {JOINT_COUNT - 1}"),
    "joint_name": (pa.string(), "name of the joint"),
    "x_px": (pa.float32(), "pixels of the frame, x right"),
    "y_px": (pa.float32(), "pixels of the frame, y down"),
    "sigma_px": (pa.float32(), "pixels, one standard deviation along each axis of the picture"),
    "x_m": (pa.float32(), f"metres from the wrist; {_AXES}"),
    "y_m": (pa.float32(), f"metres from the wrist; {_AXES}"),
    "z_m": (pa.float32(), f"metres from the wrist; {_AXES}"),
    "sigma_m": (pa.float32(), "metres, one standard deviation (root mean square of the three axes)"),
    "wrist_x_m": (pa.float32(), f"metres from the camera to the wrist; {_AXES}"),
    "wrist_y_m": (pa.float32(), f"metres from the camera to the wrist; {_AXES}"),
    "wrist_z_m": (pa.float32(), f"metres from the camera to the wrist; {_AXES}"),
    "wrist_sigma_x_m": (pa.float32(), "metres, one standard deviation of wrist_x_m"),
    "wrist_sigma_y_m": (pa.float32(), "metres, one standard deviation of wrist_y_m"),
    "wrist_sigma_z_m": (pa.float32(), "metres, one standard deviation of wrist_z_m"),
}
LONG_SCHEMA: Final[pa.Schema] = pa.schema(
    [
        pa.field(name, kind, metadata={"description": what, "unit": _unit})
        for name, (kind, what) in _COLUMNS.items()
        for _unit in [next((unit for unit in ("px", "m", "s") if name.endswith(f"_{unit}")), "1")]
    ]
)


def long_table(hands: HandArrays) -> pa.Table:
    """One row for each joint of each hand, in order, with the columns of `LONG_SCHEMA`.

    A value that is not known (NaN) is null.
    """
    count = len(hands)

    def each(values: np.ndarray) -> np.ndarray:
        return np.repeat(values, JOINT_COUNT)

    names = pa.array(JOINT_NAMES)
    joint = np.tile(np.arange(JOINT_COUNT, dtype=np.int8), count)
    values = {
        "frame": each(hands.frame),
        "frame_index": each(hands.frame_index),
        "timestamp_s": each(hands.timestamp),
        "track_id": each(hands.track_id),
        "handedness": each(hands.handedness),
        "score": each(hands.score),
        "loops": each(hands.loops),
        "exit_probability": each(hands.exit_probability),
        "joint": joint,
        "joint_name": names.take(pa.array(joint)),
        "sigma_px": hands.sigma_2d.reshape(-1),
        "sigma_m": hands.sigma_3d.reshape(-1),
    }
    for axis, letter in enumerate("xyz"):
        if axis < 2:
            values[f"{letter}_px"] = hands.joints_2d[..., axis].reshape(-1)
        values[f"{letter}_m"] = hands.joints_3d[..., axis].reshape(-1)
        values[f"wrist_{letter}_m"] = each(hands.wrist_position[:, axis])
        values[f"wrist_sigma_{letter}_m"] = each(hands.sigma_position[:, axis])
    arrays = [
        value if isinstance(value, pa.Array) else pa.array(value, field.type, from_pandas=True)
        for field in LONG_SCHEMA
        for value in [values[field.name]]
    ]
    return pa.Table.from_arrays(arrays, schema=LONG_SCHEMA)
