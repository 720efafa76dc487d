"""C3D: the joints of every track as labelled points at an even rate; millimetres, z up."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import ExportError
from handtrack.exports.job import ExportJob
from handtrack.exports.motion import motions, placeless
from handtrack.skeleton import JOINT_NAMES

_MM: Final = 1000.0
_RESIDUAL_STEP: Final = 0.2
"""Millimetres: C3D keeps a residual as a count of such steps, 127 at most."""
_MOST_FRAMES: Final = 65535


def write(job: ExportJob, path: Path) -> list[str]:
    """Write all tracks; a point that is not known has the residual -1, a known one its sigma.

    Raises ExportError for more frames than the format holds.
    """
    import ezc3d

    found, fps = motions(job), job.fps
    count = int(np.floor(job.session.positions()[-1] * fps + 1e-6)) + 1
    if count > _MOST_FRAMES:
        raise ExportError(
            f"{job.session.folder} has {count} frames, and a C3D file holds {_MOST_FRAMES}; export it "
            "in parts from Python: export_session(session[:60000], 'c3d', FILE)"
        )
    sampled = [motion.at(np.arange(count) / fps) for motion in found]
    joints = np.concatenate([each for each, _ in sampled], axis=1)
    sigma = np.concatenate([each for _, each in sampled], axis=1)
    # x right and y down, z away from the camera, becomes x right, y away from the camera, z up.
    points = np.ones((4, joints.shape[1], count))
    points[:3] = _MM * np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]]).transpose(0, 2, 1)
    file = ezc3d.c3d()
    parameters = file["parameters"]["POINT"]
    parameters["UNITS"]["value"] = ["mm"]
    parameters["RATE"]["value"] = [fps]
    parameters["LABELS"]["value"] = [f"{motion.name}_{name}" for motion in found for name in JOINT_NAMES]
    file["data"]["points"] = points
    file.add_parameter("POINT", "SCALE", [-_RESIDUAL_STEP])  # below zero: the points are floats
    residuals = np.where(np.isfinite(sigma), np.minimum(_MM * sigma, 127 * _RESIDUAL_STEP), -1.0)
    file["data"]["meta_points"]["residuals"] = residuals.T[None]
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Z"])
    # ezc3d writes to no name without this end.
    written = path.with_name(f"{path.name}.c3d")
    try:
        file.write(str(written))
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    return placeless(found)
