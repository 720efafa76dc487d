"""Makes the pictures of docs/view.md from the shipped clip, without a window: `make pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from saving import save

from handtrack.config import load_settings
from handtrack.processing import process_source
from handtrack.skeleton import JOINT_NAMES
from handtrack.spatial_view.meshes import joined_meshes, shadow
from handtrack.spatial_view.observer import observer
from handtrack.spatial_view.recorded import Recorded
from handtrack.spatial_view.scene import Look, Scene, scene_of
from handtrack.spatial_view.solid_files import sweep_mesh, swept
from handtrack.spatial_view.stage import Stage
from handtrack.spatial_view.surface_sheet import surface_sheet
from handtrack.spatial_view.view import Viewpoint, picture_of

SIZE = (1120, 680)
MOMENT = 3.2
"""Seconds into the clip at which the middle finger's tip is hidden behind the index finger."""
SWEEP = (3.6, 5.2, 0.2)


def main() -> None:
    """Make the pictures."""
    with tempfile.TemporaryDirectory() as home:
        session = Path(home) / "session"
        process_source("demo", session, load_settings())
        with Recorded(session) as recorded:
            moment = recorded.moment(MOMENT)
            trails = (JOINT_NAMES.index("thumb_tip"),)
            save("view", picture_of(moment, Look(trails=trails), Viewpoint(SIZE, azimuth=46)))
            assert moment.image is not None
            save("view_surface", surface_sheet(moment, moment.image))
            save("view_sweep", sweep(recorded))


def sweep(recorded: Recorded) -> np.ndarray:
    """What `--sweep --skin` writes, as any viewer of solids may show it."""
    mesh = sweep_mesh(swept(recorded.hands, *SWEEP), Look(skin=True))
    last = recorded.moment(SWEEP[1])
    empty = scene_of(last, Look(picture=False))
    on_floor = shadow(mesh, last.frustum.floor, (0.05, 0.058, 0.072))
    with Stage(SIZE) as stage:
        stage.show(Scene(joined_meshes([mesh, on_floor]), empty.lines, None, empty.corners))
        stage.look(observer(last.frustum, last.hands, SIZE, azimuth=20, elevation=25, zoom=2.2))
        return stage.picture()


if __name__ == "__main__":
    main()
