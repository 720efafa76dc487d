"""A zip of numpy arrays, as `numpy.load` reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from handtrack.exports.job import ExportJob
from handtrack.skeleton import BONES, JOINT_NAMES


def write(job: ExportJob, path: Path) -> tuple[str, ...]:
    """Write the arrays of `HandArrays`, the times of all frames, and the joints' names and bones."""
    session = job.session
    arrays = {
        **job.hands.as_dict(),
        "frame_timestamp": session.table["timestamp"].to_numpy()[session.bounds[:-1]],
        "joint_names": np.array(JOINT_NAMES),
        "bones": np.array(BONES, np.int32),
    }
    with path.open("wb") as file:  # a path would be given another suffix
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return ()
