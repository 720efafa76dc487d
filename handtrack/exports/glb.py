"""glTF binary, metres, y up: each hand as a stick figure of 21 balls and 20 rods, or as a mesh with bones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from handtrack.exports.gltf_file import INDICES, VERTICES, GltfFile
from handtrack.exports.hand_mesh import read_hand_mesh
from handtrack.exports.job import ExportJob
from handtrack.exports.motion import Y_UP, HandMotion, motions, placeless
from handtrack.exports.skinned_hands import SkinnedHands
from handtrack.exports.solids import ball, rod
from handtrack.exports.turning import continuous
from handtrack.skeleton import BONES, JOINT_NAMES, finger_of, joint_colours_rgb

_JOINT_RADIUS: Final = 0.0045
_BONE_RADIUS: Final = 0.0028


def write(job: ExportJob, path: Path) -> list[str]:
    """Write all tracks as one animation that begins with the session."""
    found, file = motions(job), GltfFile()
    hands = StickHands(file) if job.hand_mesh is None else SkinnedHands(file, read_hand_mesh(job.hand_mesh))
    for motion in found:
        _hide_while_unseen(file, hands.add(motion), motion)
    file.save(path)
    return [*hands.notes(), *placeless(found)]


class StickHands:
    """Stick hands in a file: a ball for each joint, a rod for each bone."""

    def __init__(self, file: GltfFile) -> None:
        self._file = file
        self._meshes = self._make_meshes()

    def add(self, motion: HandMotion) -> int:
        """A hand with its joints and bones; gives its node."""
        file = self._file
        joints = (motion.joints * Y_UP).astype(np.float32)
        times = file.accessor(motion.times.astype(np.float32), bounds=True)
        places = [file.accessor(joints[:, joint]) for joint in range(joints.shape[1])]
        children = []
        for joint, name in enumerate(JOINT_NAMES):
            node = file.node(name, mesh=self._meshes["joint", joint], translation=joints[0, joint].tolist())
            file.animate(node, "translation", times, places[joint])
            children.append(node)
        for parent, child in BONES:
            turns, lengths = _along(joints[:, child] - joints[:, parent])
            scales = np.ones((len(lengths), 3), np.float32)
            scales[:, 1] = lengths
            node = file.node(
                f"{JOINT_NAMES[parent]}_to_{JOINT_NAMES[child]}",
                mesh=self._meshes["bone", child],
                translation=joints[0, parent].tolist(),
                rotation=turns[0].tolist(),
                scale=scales[0].tolist(),
            )
            file.animate(node, "translation", times, places[parent])
            file.animate(node, "rotation", times, file.accessor(turns))
            file.animate(node, "scale", times, file.accessor(scales))
            children.append(node)
        return file.node(motion.name, in_scene=True, children=children, scale=[1.0, 1.0, 1.0])

    def notes(self) -> list[str]:
        """Nothing is to be said: every joint lies where it was recorded."""
        return []

    def _make_meshes(self) -> dict[tuple[str, int], int]:
        """Number of the mesh of each joint, and of the bone that ends in it; a colour a finger."""
        file, gltf = self._file, self._file.gltf
        solids = {"joint": ball(_JOINT_RADIUS), "bone": rod(_BONE_RADIUS)}
        stored = {
            kind: (
                file.accessor(points, VERTICES, bounds=True),
                file.accessor(normals, VERTICES),
                file.accessor(triangles.reshape(-1), INDICES),
            )
            for kind, (points, normals, triangles) in solids.items()
        }
        made: dict[tuple[str, str | None], int] = {}
        found = {}
        for joint, colour in enumerate(joint_colours_rgb()):
            for kind, (points, normals, triangles) in stored.items():
                key = (kind, finger_of(joint))
                if key not in made:
                    linear = [*((colour / 255.0) ** 2.2).round(4).tolist(), 1.0]
                    shine = gltf.PbrMetallicRoughness(
                        baseColorFactor=linear, metallicFactor=0.0, roughnessFactor=0.7
                    )
                    file.parts.materials.append(gltf.Material(name=str(key[1]), pbrMetallicRoughness=shine))
                    primitive = gltf.Primitive(
                        attributes=gltf.Attributes(POSITION=points, NORMAL=normals),
                        indices=triangles,
                        material=len(file.parts.materials) - 1,
                    )
                    file.parts.meshes.append(gltf.Mesh(name=f"{key[1]} {kind}", primitives=[primitive]))
                    made[key] = len(file.parts.meshes) - 1
                found[kind, joint] = made[key]
        return found


def _hide_while_unseen(file: GltfFile, node: int, motion: HandMotion) -> None:
    """Give a hand the size of zero while nothing is known of it."""
    moments, seen = _sights(motion)
    times = file.accessor(moments.astype(np.float32), bounds=True)
    scales = np.repeat(seen[:, None], 3, axis=1).astype(np.float32)
    file.animate(node, "scale", times, file.accessor(scales), "STEP")


def _along(bones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quaternions (T, 4) x, y, z, w that turn +y into bones (T, 3) the shortest way, and lengths (T,)."""
    lengths = np.linalg.norm(bones, axis=1)
    x, y, z = (bones / np.maximum(lengths, 1e-9)[:, None]).T
    turns = np.stack([z, np.zeros_like(x), -x, 1 + y], axis=1)
    turns[np.linalg.norm(turns, axis=1) < 1e-6] = (1.0, 0.0, 0.0, 0.0)  # straight down: half a turn
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    return continuous(turns), lengths.astype(np.float32)


def _sights(motion: HandMotion) -> tuple[np.ndarray, np.ndarray]:
    """Moments at which a hand comes into sight or is lost, seconds, and whether it is seen from then on."""
    moments, seen = ([0.0], [0.0]) if motion.times[0] > 0 else ([], [])
    for part in motion.parts():
        begin, end = motion.times[part[[0, -1]]]
        moments += [begin, max(end, begin + 1e-3) + 1e-3]
        seen += [1.0, 0.0]
    return np.array(moments), np.array(seen)
