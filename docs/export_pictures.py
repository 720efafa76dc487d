"""Makes the pictures of GLB files in docs/exports.md, from the shipped clip: `make pictures`.

The files are read as any player of glTF reads them, and drawn with Open3D. The second needs the mesh of a
hand (WebXR's generic one, MIT), which npm fetches once.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pygltflib
from saving import save

from handtrack.config import load_settings
from handtrack.exports import export_session
from handtrack.processing import process_source
from handtrack.sessions import read_session
from handtrack.spatial_view.meshes import Lines, Mesh, joined_meshes
from handtrack.spatial_view.observer import looking_at
from handtrack.spatial_view.scene import Scene
from handtrack.spatial_view.stage import Stage
from handtrack.study.synthesis.body.mesh import fetch_mesh

MOMENTS = (0.5, 3.0, 5.0, 8.0)
"""Seconds into the clip."""
SIZE = (252, 252)
SKIN = (0.82, 0.8, 0.78)
_TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def main() -> None:
    """Make the pictures."""
    with tempfile.TemporaryDirectory() as home:
        session, sticks, skinned = (Path(home) / name for name in ("session", "sticks.glb", "skinned.glb"))
        process_source("demo", session, load_settings())
        pictures = recorded_pictures(session)
        export_session(session, "glb", sticks)
        save("export_glb", np.vstack([row(sticks), pictures]))
        (told,) = export_session(session, "glb", skinned, hand_mesh=fetch_mesh())
        sys.stdout.write(f"{told}\n")
        save("export_skinned", np.vstack([row(skinned), pictures]))


def recorded_pictures(session: Path) -> np.ndarray:
    """The middles of the recorded frames, beside each other."""
    chosen = []
    opened = read_session(session)
    wanted = {int(np.searchsorted(opened.positions(), moment)) for moment in MOMENTS}
    for number, frame in enumerate(opened.frames()):
        if number in wanted and frame.image is not None:
            height, width = frame.image.shape[:2]
            left = (width - height) // 2
            chosen.append(
                cv2.resize(frame.image[:, left : left + height], SIZE, interpolation=cv2.INTER_AREA)
            )
    return np.hstack(chosen)


def row(file: Path) -> np.ndarray:
    """The file at the chosen moments, beside each other."""
    pictures = []
    with Stage(SIZE) as stage:
        for moment in MOMENTS:
            mesh = Played(file, moment).mesh()
            nothing = Lines(np.zeros((0, 2, 3)), np.zeros((0, 3)))
            stage.show(Scene(mesh, nothing, None, mesh.points))
            middle = (mesh.points.min(axis=0) + mesh.points.max(axis=0)) / 2
            stage.look(looking_at(middle, mesh.points, SIZE, azimuth=0, elevation=0))
            pictures.append(stage.picture())
    return np.hstack(pictures)


class Played:
    """A GLB as a player shows it at a moment; points in the camera's axes, as Open3D's stage wants them."""

    def __init__(self, path: Path, moment: float) -> None:
        self._file = pygltflib.GLTF2().load_binary(str(path))
        self._blob: Any = self._file.binary_blob()
        self._moved: dict[tuple[int, str], np.ndarray] = {}
        (animation,) = self._file.animations
        for channel in animation.channels:
            sampler = animation.samplers[channel.sampler]
            times, values = self._values(sampler.input)[:, 0], self._values(sampler.output)
            key = max(int(np.searchsorted(times, moment + 1e-4, side="right")) - 1, 0)
            self._moved[channel.target.node, channel.target.path] = values[key]
        self._owner = {child: n for n, node in enumerate(self._file.nodes) for child in node.children or ()}

    def mesh(self) -> Mesh:
        """Everything that is to be seen."""
        return joined_meshes(list(self._parts()))

    def _parts(self) -> Iterator[Mesh]:
        for number, node in enumerate(self._file.nodes):
            if node.mesh is None:
                continue
            for part in self._file.meshes[node.mesh].primitives:
                points = self._values(part.attributes.POSITION).astype(float)
                normals = self._values(part.attributes.NORMAL).astype(float)
                if node.skin is None:
                    carry = np.broadcast_to(self._world(number), (len(points), 4, 4))
                    colour = self._file.materials[part.material].pbrMetallicRoughness.baseColorFactor[:3]
                else:
                    carry, colour = self._carried(node.skin, part), SKIN
                # Scales are the same along all axes where it matters for the light.
                turned = np.einsum("vij,vj->vi", carry[:, :3, :3], normals)
                turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
                moved = np.einsum("vij,vj->vi", carry[:, :3, :3], points) + carry[:, :3, 3]
                flip = np.array([1, -1, -1])
                triangles = self._values(part.indices).reshape(-1, 3)
                yield Mesh(flip * moved, flip * turned, triangles, np.tile(colour, (len(points), 1)))

    def _carried(self, skin: int, part: Any) -> np.ndarray:
        """How each point (V, 4, 4) goes with its bones."""
        bones = self._file.skins[skin]
        inverse = self._values(bones.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
        moved = np.stack([self._world(bone) for bone in bones.joints]) @ inverse
        weights = self._values(part.attributes.WEIGHTS_0).astype(float)
        return np.einsum("vk,vkij->vij", weights, moved[self._values(part.attributes.JOINTS_0)])

    def _world(self, number: int) -> np.ndarray:
        node = self._file.nodes[number]
        rotation = self._moved.get((number, "rotation"), np.array(node.rotation or (0, 0, 0, 1)))
        matrix = np.eye(4)
        matrix[:3, :3] = _turned(rotation) * self._moved.get(
            (number, "scale"), np.array(node.scale or (1, 1, 1))
        )
        matrix[:3, 3] = self._moved.get((number, "translation"), np.array(node.translation or (0, 0, 0)))
        above = self._owner.get(number)
        return matrix if above is None else self._world(above) @ matrix

    def _values(self, number: int) -> np.ndarray:
        accessor = self._file.accessors[number]
        view = self._file.bufferViews[accessor.bufferView]
        width = _WIDTHS[accessor.type]
        begin = (view.byteOffset or 0) + (accessor.byteOffset or 0)
        dtype = _TYPES[accessor.componentType]
        return np.frombuffer(self._blob, dtype, accessor.count * width, begin).reshape(-1, width)


def _turned(quaternion: np.ndarray) -> np.ndarray:
    """The turn (3, 3) of a quaternion x, y, z, w."""
    x, y, z, w = quaternion / np.linalg.norm(quaternion)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + 2 * w * cross + 2 * cross @ cross


if __name__ == "__main__":
    main()
