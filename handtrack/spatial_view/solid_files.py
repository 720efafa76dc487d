"""Hands of a moment, or of many one after the other, as a mesh file for other programs."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import ConfigError, ViewError
from handtrack.sessions.folder import reason, write_atomically
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Mesh, joined_meshes
from handtrack.spatial_view.open3d_package import load_open3d
from handtrack.spatial_view.scene import Look, solids_of

SUFFIXES: Final = (".ply", ".obj")
STEP_S: Final = 0.1
"""Seconds between two poses of a sweep, unless told otherwise."""
_MOST_POSES: Final = 1000
_OLDEST: Final = 0.35
"""Brightness of a sweep's first pose; its last one is as bright as the hand."""


def check_suffix(path: Path) -> None:
    """Raise ConfigError for a file of another kind."""
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(
            f"{path} is no kind of file that solids are written to; end its name with .ply or .obj"
        )


def swept(hands: SpatialHands, begin: float, end: float, step: float = STEP_S) -> SpatialHands:
    """The hands of moments at least a step apart, seconds, from the first at or after begin to the last.

    Raises ViewError where there is none, or more than a thousand poses.
    """
    within = hands.between(begin, end)
    if not len(within):
        raise ViewError(f"no hand was seen from {begin:.2f} to {end:.2f} s; choose another range")
    chosen, last = [], -np.inf
    for time in np.unique(within.time):
        if time >= last + step - 1e-6:
            chosen.append(time)
            last = time
    found = within[np.isin(within.time, chosen)]
    if len(found) > _MOST_POSES:
        raise ViewError(
            f"{len(found)} poses are more than {_MOST_POSES}; give a longer --step or a shorter range"
        )
    return found


def sweep_mesh(hands: SpatialHands, look: Look) -> Mesh:
    """All of them as one mesh, the older ones darker."""
    span = max(float(np.ptp(hands.time)), 1e-9)
    poses = []
    for number, time in enumerate(hands.time):
        mesh = solids_of(look)(hands[[number]])
        brightness = 1 - (1 - _OLDEST) * (hands.time.max() - time) / span
        poses.append(replace(mesh, colours=brightness * mesh.colours))
    return joined_meshes(poses)


def write_solid(mesh: Mesh, path: Path) -> None:
    """Write a mesh with its normals and colours as PLY or OBJ, as the name ends. Raises ViewError."""
    open3d = load_open3d()
    solid = open3d.geometry.TriangleMesh()
    solid.vertices = open3d.utility.Vector3dVector(mesh.points)
    solid.vertex_normals = open3d.utility.Vector3dVector(mesh.normals)
    solid.vertex_colors = open3d.utility.Vector3dVector(mesh.colours)
    solid.triangles = open3d.utility.Vector3iVector(mesh.triangles.astype(np.int32))
    try:
        with tempfile.TemporaryDirectory() as folder:
            # Open3D goes by the name's end, and tells a full disk from success by nothing but its answer.
            unfinished = Path(folder) / f"solid{path.suffix.lower()}"
            if not open3d.io.write_triangle_mesh(str(unfinished), solid):
                raise OSError("Open3D could not write it")
            write_atomically(path, unfinished.read_bytes())
    except OSError as error:
        raise ViewError(f"{path} cannot be written: {reason(error)}; name another file") from error
