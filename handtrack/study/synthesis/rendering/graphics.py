"""OpenGL's side of the renderer: opening it, its programs, and the vertex buffers of hands and things."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.extras import installing
from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.looks.skin_marks import flat_hand
from handtrack.study.synthesis.looks.solids import Thing

if TYPE_CHECKING:
    import moderngl

_MEND: Final = (
    "install Mesa's EGL (Debian, Ubuntu: `apt install libegl1 libgl1-mesa-dri`) or a graphics driver"
)


def open_context() -> moderngl.Context:
    """An OpenGL 3.3 context without a window, on a GPU or on Mesa's CPU renderer. Raises SourceError.

    Whoever opened it releases it, in the thread that it was opened in; all of its objects then go with it.
    One that is never released stays until the process ends.
    """
    try:
        import moderngl
    except ImportError:
        raise SourceError(f"hands cannot be rendered without moderngl: {installing('synthesis')}") from None
    problems = []
    for backend in ("egl", None):
        settings = {} if backend is None else {"backend": backend}
        try:
            context = moderngl.create_context(require=330, standalone=True, share=False, **settings)  # type: ignore[arg-type]
        except Exception as error:  # the backends raise Exception itself
            problems.append(str(error).strip() or type(error).__name__)
        else:
            # Python collects in whichever thread it comes to: an object deleted there would take one of the
            # same number from the context that is current in it, such as the window's. So nothing is deleted
            # but by `release`, and everything that is left goes with its context.
            context.gc_mode = None  # type: ignore[assignment]  # it says str and means this too
            return context
    raise SourceError(f"hands cannot be rendered, OpenGL 3.3 does not open ({'; '.join(problems)}): {_MEND}")


class ShaderProgram:
    """A pair of shaders of the folder `shaders`, lighting.glsl included. Raises SourceError."""

    def __init__(self, gl: moderngl.Context, vertex: str, fragment: str) -> None:
        source = _source(fragment).replace('#include "lighting.glsl"', _source("lighting.glsl"))
        try:
            self.program = gl.program(_source(vertex), source)
        except Exception as error:  # moderngl raises its own Error, which is Exception's child
            reason = " ".join(str(error).split())
            raise SourceError(f"the graphics driver cannot compile {fragment}, update it: {reason}") from None
        # Asking the program itself whether it has a name goes through all its members each time.
        self._members: dict[str, Any] = {name: self.program[name] for name in self.program}

    def set(self, name: str, value: int | float | Sequence[float] | np.ndarray) -> None:
        """Set a uniform; one that the compiler left out because nothing depends on it is passed over."""
        member = self._members.get(name)
        if member is None:
            return
        if isinstance(value, np.ndarray):
            member.write(np.ascontiguousarray(value, np.float32))
        else:
            member.value = value

    def set_matrix(self, name: str, matrix: np.ndarray) -> None:
        """Set a matrix (N, N), given row by row as numpy does."""
        self.set(name, matrix.T)


class HandBuffers:
    """One hand's vertices on the graphics side.

    fine: all faces. coarse: a quarter as many, through the subdivision's own corners. shadow: the coarse ones
    for depth alone.
    """

    def __init__(
        self, gl: moderngl.Context, lit: ShaderProgram, shadow: ShaderProgram, mesh: HandMesh
    ) -> None:
        self.mesh = mesh
        texture, faces = mesh.texture, mesh.faces
        flat = np.column_stack([flat_hand(mesh).vertices, mesh.surface.palmar]).astype(np.float32)
        uv = np.zeros((len(flat), 2), np.float32)
        self._drawn = None if texture is None else texture.vertex
        if texture is not None:
            flat, uv, faces = flat[texture.vertex], texture.uv, texture.faces
        self._moving = gl.buffer(reserve=len(flat) * 24, dynamic=True)
        layout = [
            (self._moving, "3f 3f", "in_position", "in_normal"),
            (gl.buffer(np.column_stack([flat, uv]).tobytes()), "4f 2f", "in_flat", "in_uv"),
        ]
        # Subdivision keeps a coarse face's corners first in three of its four fine faces.
        quarters = faces.reshape(4, -1, 3)
        coarse = gl.buffer(np.ascontiguousarray(quarters[:3, :, 0].T, np.int32).tobytes())
        fine = gl.buffer(faces.astype(np.int32).tobytes())
        self.fine = gl.vertex_array(lit.program, layout, fine)
        self.coarse = gl.vertex_array(lit.program, layout, coarse)
        self.shadow = gl.vertex_array(shadow.program, [(self._moving, "3f 12x", "in_position")], coarse)

    def fill(self, vertices: np.ndarray, normals: np.ndarray) -> None:
        """Put the hand's vertices and normals (V, 3) in place."""
        values = np.concatenate([vertices, normals], axis=1).astype(np.float32)
        self._moving.write(values if self._drawn is None else values[self._drawn])


class ThingBuffers:
    """One thing's vertices on the graphics side; they grow as larger things come."""

    def __init__(self, gl: moderngl.Context, lit: ShaderProgram, shadow: ShaderProgram) -> None:
        self._gl, self._programs = gl, (lit.program, shadow.program)
        self._room, self.corners = (0, 0), 0
        self._held: list[Any] = []

    def fill(self, thing: Thing) -> None:
        """Put the thing's vertices and faces in place."""
        points = np.concatenate([thing.vertices, thing.normals, thing.uv], axis=1).astype(np.float32)
        faces = thing.faces.astype(np.int32)
        self.corners = faces.size
        if len(points) > self._room[0] or faces.size > self._room[1]:
            self._grow(2 * len(points), 2 * faces.size)
        self._points.write(points)
        self._faces.write(faces)

    def _grow(self, points: int, corners: int) -> None:
        for smaller in self._held:
            smaller.release()
        self._room = (points, corners)
        self._points = self._gl.buffer(reserve=points * 32, dynamic=True)
        self._faces = self._gl.buffer(reserve=corners * 4, dynamic=True)
        lit, shadow = self._programs
        layout = [(self._points, "3f 3f 2f", "in_position", "in_normal", "in_uv")]
        self.lit = self._gl.vertex_array(lit, layout, self._faces)
        self.shadow = self._gl.vertex_array(shadow, [(self._points, "3f 20x", "in_position")], self._faces)
        self._held = [self.lit, self.shadow, self._points, self._faces]


def _source(name: str) -> str:
    return (resources.files("handtrack.study.synthesis.rendering") / "shaders" / name).read_text(
        encoding="utf-8"
    )
