"""A recording of Rerun: joints, bones and numbers of every track over time; metres, camera axes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from handtrack.exports.job import ExportJob
from handtrack.exports.motion import HandMotion, motions, placeless
from handtrack.skeleton import BONES, JOINT_NAMES, joint_colours_rgb

if TYPE_CHECKING:
    import rerun as rr

_JOINT_RADIUS: Final = 0.004
_BONE_RADIUS: Final = 0.002


def write(job: ExportJob, path: Path) -> list[str]:
    """Write all tracks, each below `hands/` under its name."""
    import rerun as rr

    found = motions(job)
    recording = rr.RecordingStream("handtrack")
    recording.save(path)
    # x right, y down, z forward: as the session has it.
    recording.log("hands", rr.ViewCoordinates.RDF, static=True)
    for motion in found:
        _add(recording, motion)
    recording.flush()
    recording.disconnect()
    return placeless(found)


def _add(recording: rr.RecordingStream, motion: HandMotion) -> None:
    import rerun as rr

    name, count = f"hands/{motion.name}", len(motion.times)
    colours = joint_colours_rgb()
    joints = motion.joints.astype(np.float32)
    time = [rr.TimeColumn("time", duration=motion.times)]
    rr.log(
        f"{name}/joints",
        rr.Points3D.from_fields(
            colors=colours, radii=_JOINT_RADIUS, labels=list(JOINT_NAMES), show_labels=False
        ),
        static=True,
        recording=recording,
    )
    points = rr.Points3D.columns(positions=joints.reshape(-1, 3))
    rr.send_columns(
        f"{name}/joints", time, points.partition(np.full(count, len(JOINT_NAMES))), recording=recording
    )
    ends = np.array(BONES)
    rr.log(
        f"{name}/bones",
        rr.LineStrips3D.from_fields(colors=colours[ends[:, 1]], radii=_BONE_RADIUS),
        static=True,
        recording=recording,
    )
    strips = rr.LineStrips3D.columns(strips=joints[:, ends].reshape(-1, 2, 3))
    rr.send_columns(f"{name}/bones", time, strips.partition(np.full(count, len(BONES))), recording=recording)
    sigma = rr.Scalars.columns(scalars=1000 * motion.sigma.mean(axis=1))
    rr.send_columns(f"{name}/mean_sigma_mm", time, sigma, recording=recording)
    for part in motion.parts():
        # From here on nothing is known; without this the last pose would stand in the view.
        rr.set_time("time", duration=motion.times[part[-1]] + 1e-3, recording=recording)
        rr.log(name, rr.Clear(recursive=True), recording=recording)
    rr.reset_time(recording=recording)
