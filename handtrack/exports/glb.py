"""glTF binary: each hand as a stick figure of 21 balls and 20 rods that move; metres, y up."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.exports.job import ExportJob
from handtrack.exports.motion import Y_UP, HandMotion, motions, placeless
from handtrack.exports.solids import ball, rod
from handtrack.skeleton import BONES, JOINT_NAMES, finger_of, joint_colours_rgb

_JOINT_RADIUS: Final = 0.0045
_BONE_RADIUS: Final = 0.0028
_FLOAT, _UINT16 = 5126, 5123
_VERTICES, _INDICES = 34962, 34963


def write(job: ExportJob, path: Path) -> list[str]:
    """Write all tracks as one animation that begins with the session."""
    found = motions(job)
    scene = _Scene()
    for motion in found:
        scene.add(motion)
    scene.save(path)
    return placeless(found)


class _Scene:
    """A glTF file in the making."""

    def __init__(self) -> None:
        import pygltflib as gltf

        self._gltf = gltf
        self._file = gltf.GLTF2(
            asset=gltf.Asset(version="2.0", generator="handtrack"),
            scene=0,
            scenes=[gltf.Scene(nodes=[])],
            animations=[gltf.Animation(name="hands", channels=[], samplers=[])],
        )
        self._data = bytearray()
        self._meshes = self._make_meshes()

    def add(self, motion: HandMotion) -> None:
        """A hand with its joints and bones, hidden (of size zero) while nothing is known of it."""
        joints = (motion.joints * Y_UP).astype(np.float32)
        times = self._accessor(motion.times.astype(np.float32), "SCALAR", bounds=True)
        places = [self._accessor(joints[:, joint], "VEC3") for joint in range(joints.shape[1])]
        children = []
        for joint, name in enumerate(JOINT_NAMES):
            node = self._node(name, self._meshes["joint", joint], translation=joints[0, joint].tolist())
            self._animate(node, "translation", times, places[joint])
            children.append(node)
        for parent, child in BONES:
            turns, lengths = _along(joints[:, child] - joints[:, parent])
            scales = np.ones((len(lengths), 3), np.float32)
            scales[:, 1] = lengths
            node = self._node(
                f"{JOINT_NAMES[parent]}_to_{JOINT_NAMES[child]}",
                self._meshes["bone", child],
                translation=joints[0, parent].tolist(),
                rotation=turns[0].tolist(),
                scale=scales[0].tolist(),
            )
            self._animate(node, "translation", times, places[parent])
            self._animate(node, "rotation", times, self._accessor(turns, "VEC4"))
            self._animate(node, "scale", times, self._accessor(scales, "VEC3"))
            children.append(node)
        hand = self._node(motion.name, None, children=children, scale=[1.0, 1.0, 1.0])
        self._file.scenes[0].nodes.append(hand)
        moments, seen = _sights(motion)
        scales = np.repeat(seen[:, None], 3, axis=1).astype(np.float32)
        moments_at = self._accessor(moments.astype(np.float32), "SCALAR", bounds=True)
        self._animate(hand, "scale", moments_at, self._accessor(scales, "VEC3"), "STEP")

    def save(self, path: Path) -> None:
        """Write the file."""
        self._file.buffers = [self._gltf.Buffer(byteLength=len(self._data))]
        self._file.set_binary_blob(bytes(self._data))
        path.write_bytes(b"".join(self._file.save_to_bytes()))

    def _make_meshes(self) -> dict[tuple[str, int], int]:
        """Number of the mesh of each joint, and of the bone that ends in it; a colour a finger."""
        solids = {"joint": ball(_JOINT_RADIUS), "bone": rod(_BONE_RADIUS)}
        stored = {
            kind: (
                self._accessor(points, "VEC3", _VERTICES, bounds=True),
                self._accessor(normals, "VEC3", _VERTICES),
                self._accessor(triangles.reshape(-1), "SCALAR", _INDICES),
            )
            for kind, (points, normals, triangles) in solids.items()
        }
        gltf, made, found = self._gltf, {}, {}
        for joint, colour in enumerate(joint_colours_rgb()):
            for kind, (points, normals, triangles) in stored.items():
                key = (kind, finger_of(joint))
                if key not in made:
                    linear = [*((colour / 255.0) ** 2.2).round(4).tolist(), 1.0]
                    shine = gltf.PbrMetallicRoughness(
                        baseColorFactor=linear, metallicFactor=0.0, roughnessFactor=0.7
                    )
                    self._file.materials.append(gltf.Material(name=str(key[1]), pbrMetallicRoughness=shine))
                    primitive = gltf.Primitive(
                        attributes=gltf.Attributes(POSITION=points, NORMAL=normals),
                        indices=triangles,
                        material=len(self._file.materials) - 1,
                    )
                    self._file.meshes.append(gltf.Mesh(name=f"{key[1]} {kind}", primitives=[primitive]))
                    made[key] = len(self._file.meshes) - 1
                found[kind, joint] = made[key]
        return found

    def _node(self, name: str, mesh: int | None, **place: Any) -> int:
        self._file.nodes.append(self._gltf.Node(name=name, mesh=mesh, **place))
        return len(self._file.nodes) - 1

    def _animate(self, node: int, what: str, times: int, values: int, way: str = "LINEAR") -> None:
        gltf, animation = self._gltf, self._file.animations[0]
        animation.samplers.append(gltf.AnimationSampler(input=times, output=values, interpolation=way))
        target = gltf.AnimationChannelTarget(node=node, path=what)
        animation.channels.append(gltf.AnimationChannel(sampler=len(animation.samplers) - 1, target=target))

    def _accessor(
        self, values: np.ndarray, kind: str, target: int | None = None, *, bounds: bool = False
    ) -> int:
        gltf = self._gltf
        self._data += b"\0" * (-len(self._data) % 4)
        data = np.ascontiguousarray(values).tobytes()
        view = gltf.BufferView(buffer=0, byteOffset=len(self._data), byteLength=len(data), target=target)
        self._file.bufferViews.append(view)
        self._data += data
        flat = values.reshape(len(values), -1)
        accessor = gltf.Accessor(
            bufferView=len(self._file.bufferViews) - 1,
            componentType=_UINT16 if values.dtype == np.uint16 else _FLOAT,
            count=len(values),
            type=kind,
        )
        if bounds:
            accessor.min, accessor.max = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
        self._file.accessors.append(accessor)
        return len(self._file.accessors) - 1


def _along(bones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quaternions (T, 4) x, y, z, w that turn +y into bones (T, 3) the shortest way, and lengths (T,)."""
    lengths = np.linalg.norm(bones, axis=1)
    x, y, z = (bones / np.maximum(lengths, 1e-9)[:, None]).T
    turns = np.stack([z, np.zeros_like(x), -x, 1 + y], axis=1)
    turns[np.linalg.norm(turns, axis=1) < 1e-6] = (1.0, 0.0, 0.0, 0.0)  # straight down: half a turn
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    # Of the two quaternions of a turn, the one that is nearer to the one before.
    flips = np.where((turns[1:] * turns[:-1]).sum(axis=1) < 0, -1.0, 1.0)
    turns[1:] *= np.cumprod(flips)[:, None]
    return turns.astype(np.float32), lengths.astype(np.float32)


def _sights(motion: HandMotion) -> tuple[np.ndarray, np.ndarray]:
    """Moments at which a hand comes into sight or is lost, seconds, and whether it is seen from then on."""
    moments, seen = ([0.0], [0.0]) if motion.times[0] > 0 else ([], [])
    for part in motion.parts():
        begin, end = motion.times[part[[0, -1]]]
        moments += [begin, max(end, begin + 1e-3) + 1e-3]
        seen += [1.0, 0.0]
    return np.array(moments), np.array(seen)
