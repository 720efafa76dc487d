"""A window of Open3D, seen or unseen, that shows a scene.

Its older visualiser: it draws without a graphics card in a tenth of a second, and without any screen through
EGL, which the newer renderers of Open3D do not.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

import cv2
import numpy as np

from handtrack.errors import ViewError
from handtrack.spatial_view.observer import Pose
from handtrack.spatial_view.open3d_package import load_open3d
from handtrack.spatial_view.scene import BACKGROUND, Scene

_LIGHT: Final = 0.68
"""Share of a colour that a surface is given: Open3D's four lights add up to more than one."""
_FINER: Final = 2
"""Pictures are drawn so many times larger and then averaged, for Open3D smooths no edges in them."""
_SMALL: Final = 4_000_000
"""Pixels of a picture that is drawn larger; in others edges are fine as they are."""
_LINE_WIDTH: Final = 1.6


class Stage:
    """Shows scenes; a context manager. Belongs to the main thread.

    size: width and height, pixels. title: of a window to be seen; None for pictures alone.
    Raises ViewError where Open3D or OpenGL is missing.
    """

    def __init__(self, size: tuple[int, int], title: str | None = None) -> None:
        self._open3d = open3d = load_open3d()
        seen = title is not None
        self._scale = _FINER if not seen and size[0] * size[1] <= _SMALL else 1
        # Without it the search for a screen ends in a line of Wayland's on the error stream.
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
        self._size = size
        self._window = open3d.visualization.VisualizerWithKeyCallback()
        width, height = (self._scale * length for length in size)
        made = self._window.create_window(title or "handtrack", width, height, visible=seen)
        options = self._window.get_render_option() if made else None
        if options is None:
            raise ViewError(
                "Open3D finds neither a screen nor OpenGL; run it under xvfb-run, or install Mesa "
                "(sudo apt-get install libegl1 libgl1-mesa-dri)"
            )
        options.background_color = BACKGROUND
        options.mesh_show_back_face = True
        options.mesh_shade_option = open3d.visualization.MeshShadeOption.Color  # smooth
        options.line_width = self._scale * _LINE_WIDTH
        self._solids = open3d.geometry.TriangleMesh()
        self._lines = open3d.geometry.LineSet()
        self._picture = open3d.geometry.TriangleMesh()
        self._added: set[int] = set()

    def show(self, scene: Scene) -> None:
        """Take the place of what was there."""
        utility = self._open3d.utility
        solids, lines = self._solids, self._lines
        solids.vertices = utility.Vector3dVector(scene.solids.points)
        solids.vertex_normals = utility.Vector3dVector(scene.solids.normals)
        solids.vertex_colors = utility.Vector3dVector(_LIGHT * scene.solids.colours)
        solids.triangles = utility.Vector3iVector(scene.solids.triangles.astype(np.int32))
        solids.compute_triangle_normals()  # without them it takes no light
        lines.points = utility.Vector3dVector(scene.lines.ends.reshape(-1, 3))
        lines.lines = utility.Vector2iVector(
            np.arange(2 * len(scene.lines.ends), dtype=np.int32).reshape(-1, 2)
        )
        lines.colors = utility.Vector3dVector(scene.lines.colours)
        self._put(solids)
        self._put(lines)
        self._show_picture(scene)
        self._window.update_renderer()

    def look(self, pose: Pose) -> None:
        """See the scene from there, a pose for the size of this stage."""
        camera = self._open3d.camera
        parameters = camera.PinholeCameraParameters()
        width, height = (self._scale * length for length in self._size)
        focal = self._scale * pose.focal
        parameters.intrinsic = camera.PinholeCameraIntrinsic(
            width, height, focal, focal, width / 2 - 0.5, height / 2 - 0.5
        )
        parameters.extrinsic = pose.extrinsic()
        control = self._window.get_view_control()
        control.convert_from_pinhole_camera_parameters(parameters, allow_arbitrary=True)
        self._window.update_renderer()

    def picture(self) -> np.ndarray:
        """What is to be seen (H, W, 3) uint8 BGR, edges smoothed unless the window is seen."""
        drawn = np.asarray(self._window.capture_screen_float_buffer(do_render=True))
        image = np.ascontiguousarray(np.rint(drawn[..., ::-1] * 255), np.uint8)
        return (
            image
            if image.shape[1::-1] == self._size
            else cv2.resize(image, self._size, None, 0, 0, cv2.INTER_AREA)
        )

    def pump(self) -> bool:
        """Take what the person did, and draw anew what changed; False once the window was closed."""
        return bool(self._window.poll_events())

    def on_key(self, key: int, act: Callable[[bool], object]) -> None:
        """Call a function when a key goes down or repeats, with whether Shift is held."""

        def pressed(_window: Any, action: int, modifiers: int) -> bool:
            if action:
                act(bool(modifiers & 1))
            return False

        self._window.register_key_action_callback(key, pressed)

    def close(self) -> None:
        """Take the window away."""
        self._window.destroy_window()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _show_picture(self, scene: Scene) -> None:
        quad = self._picture
        if scene.picture is None:
            if id(quad) in self._added:
                self._window.remove_geometry(quad, reset_bounding_box=False)
                self._added.discard(id(quad))
            return
        utility = self._open3d.utility
        # Without normals it is shown as bright as it is.
        quad.vertices = utility.Vector3dVector(scene.corners)
        quad.triangles = utility.Vector3iVector(np.array([(0, 1, 2), (0, 2, 3)], np.int32))
        quad.triangle_uvs = utility.Vector2dVector(
            np.array([(0, 0), (1, 0), (1, 1), (0, 0), (1, 1), (0, 1)], np.float64)
        )
        quad.triangle_material_ids = utility.IntVector(np.zeros(2, np.int32))
        quad.textures = [self._open3d.geometry.Image(cv2.cvtColor(scene.picture, cv2.COLOR_BGR2RGB))]
        self._put(quad)

    def _put(self, geometry: Any) -> None:
        if id(geometry) in self._added:
            self._window.update_geometry(geometry)
        else:
            self._window.add_geometry(geometry, reset_bounding_box=True)
            self._added.add(id(geometry))
