"""A person's own hand mesh, moved by its bones as the tracked hands moved."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from handtrack.exports.gltf_file import INDICES, VERTICES, GltfFile
from handtrack.exports.hand_mesh import HandMesh, MeshPart
from handtrack.exports.motion import Y_UP, HandMotion
from handtrack.exports.turning import palm_axes, quaternions, shortest_turn, unit
from handtrack.skeleton import FINGERS, MIDDLE_MCP, WRIST

_TEXTURES: Final = ("normalTexture", "occlusionTexture", "emissiveTexture")
_COLOUR_TEXTURES: Final = ("baseColorTexture", "metallicRoughnessTexture")
_AFTER: Final = {before: after for chain in FINGERS.values() for before, after in itertools.pairwise(chain)}
"""The joint to which the bone goes that begins at a joint."""


class SkinnedHands:
    """Hands in a file, each the same mesh with bones, or its mirror image for the other side.

    The wrist lies where it was recorded and turns as the palm does. Each bone has one length, its median
    over the track, and one place on the palm; it turns by the shortest arc from where the bone before it
    carries it to its direction, so that none is twisted about itself. The mesh is as thick as the palm's
    length asks for.
    """

    def __init__(self, file: GltfFile, mesh: HandMesh) -> None:
        self._file, self._mesh = file, mesh
        self._meshes: dict[str, tuple[int, int]] = {}
        self._materials: dict[int, int] = {}
        self._notes: list[str] = []

    def add(self, motion: HandMotion) -> int:
        """A hand with its bones; gives the node that carries it."""
        file = self._file
        side = motion.handedness if motion.handedness in ("left", "right") else self._mesh.handedness
        mesh = self._mesh.of(side)
        pose = posed(mesh, motion.joints * Y_UP)
        times = file.accessor(motion.times.astype(np.float32), bounds=True)
        nodes: list[int] = []
        for number, bone in enumerate(mesh.bones):
            turns = quaternions(pose.turns[number])
            node = file.node(
                bone.name,
                translation=pose.places[number][0].tolist(),
                rotation=turns[0].tolist(),
                scale=[pose.sizes[number]] * 3,
                children=[],
            )
            if bone.parent < 0:
                file.animate(
                    node, "translation", times, file.accessor(pose.places[number].astype(np.float32))
                )
            else:
                file.parts.nodes[nodes[bone.parent]].children.append(node)
            if np.ptp(turns, axis=0).max() > 0:
                file.animate(node, "rotation", times, file.accessor(turns))
            nodes.append(node)
        hand = file.node(motion.name, in_scene=True, children=[nodes[0]], scale=[1.0, 1.0, 1.0])
        made, inverse = self._made(side, mesh)
        in_skin = [node for _, node in sorted(zip((bone.place for bone in mesh.bones), nodes, strict=True))]
        skin = file.gltf.Skin(joints=in_skin, inverseBindMatrices=inverse, skeleton=nodes[0])
        file.parts.skins.append(skin)
        file.node(f"{motion.name}_mesh", in_scene=True, mesh=made, skin=len(file.parts.skins) - 1)
        off = 1000 * pose.deviation
        self._notes.append(f"{motion.name}: each bone has one length, joints lie {off:.1f} mm off on average")
        return hand

    def notes(self) -> list[str]:
        """How far each hand's joints lie from the recorded ones."""
        return self._notes

    def _made(self, side: str, mesh: HandMesh) -> tuple[int, int]:
        """Numbers of the mesh of a side, and of its bones' inverse matrices."""
        if side not in self._meshes:
            file, gltf = self._file, self._file.gltf
            file.parts.meshes.append(
                gltf.Mesh(name=f"{side} hand", primitives=[self._primitive(part) for part in mesh.parts])
            )
            binds = sorted((bone.place, number) for number, bone in enumerate(mesh.bones))
            inverse = np.linalg.inv(np.stack([mesh.bones[number].bind for _, number in binds]))
            inverse[:, 3] = (0, 0, 0, 1)  # exactly, as glTF wants it
            number = len(file.parts.meshes) - 1
            self._meshes[side] = number, file.accessor(inverse.astype(np.float32))
        return self._meshes[side]

    def _primitive(self, part: MeshPart) -> Any:
        file, gltf = self._file, self._file.gltf
        attributes = gltf.Attributes()
        for name, (values, normalized) in part.attributes.items():
            number = file.accessor(values, VERTICES, bounds=name == "POSITION", normalized=normalized or None)
            setattr(attributes, name, number)
        triangles = None if part.triangles is None else file.accessor(part.triangles, INDICES)
        material = None if part.material is None else self._material(part.material)
        return gltf.Primitive(attributes=attributes, indices=triangles, material=material)

    def _material(self, number: int) -> int:
        """The number of a material that the mesh's file has, with its pictures, without its extensions."""
        if number not in self._materials:
            source = self._mesh.source
            with source.faults():
                said = copy.deepcopy(source.part("materials", number))
                _drop_extensions(said)
                shine = said.get("pbrMetallicRoughness", {})
                for owner, names in ((said, _TEXTURES), (shine, _COLOUR_TEXTURES)):
                    for name in names:
                        if name in owner:
                            owner[name]["index"] = self._texture(owner[name]["index"])
                material = self._file.gltf.Material.from_dict(said)
            self._file.parts.materials.append(material)
            self._materials[number] = len(self._file.parts.materials) - 1
        return self._materials[number]

    def _texture(self, number: Any) -> int:
        file, gltf, source = self._file, self._file.gltf, self._mesh.source
        texture = source.part("textures", number)
        data, media = source.image(texture["source"])
        file.parts.images.append(gltf.Image(bufferView=file.view(data), mimeType=media))
        sampler = None
        if "sampler" in texture:
            said = copy.deepcopy(source.part("samplers", texture["sampler"]))
            _drop_extensions(said)
            file.parts.samplers.append(gltf.Sampler.from_dict(said))
            sampler = len(file.parts.samplers) - 1
        file.parts.textures.append(gltf.Texture(source=len(file.parts.images) - 1, sampler=sampler))
        return len(file.parts.textures) - 1


def _drop_extensions(said: Any) -> None:
    if isinstance(said, dict):
        said.pop("extensions", None)
        for value in said.values():
            _drop_extensions(value)


@dataclass(frozen=True)
class Pose:
    """places: (T, 3) and turns: (T, 3, 3) of each bone in its parent's axes; sizes: beside its parent's.

    deviation: metres by which joints lie beside the recorded ones on average.
    """

    places: list[np.ndarray]
    turns: list[np.ndarray]
    sizes: list[float]
    deviation: float


def posed(mesh: HandMesh, joints: np.ndarray) -> Pose:
    """How the bones of a mesh lie so that its joints are where ours (T, 21, 3) are, metres, y up."""
    count, rest = len(joints), mesh.joints
    palm = np.linalg.norm(joints[:, MIDDLE_MCP] - joints[:, WRIST], axis=1)
    size = float(np.median(palm)) / max(float(np.linalg.norm(rest[MIDDLE_MCP] - rest[WRIST])), 1e-9)
    own_sizes = [float(np.cbrt(abs(np.linalg.det(bone.bind[:3, :3])))) for bone in mesh.bones]
    rests = [_rotation(bone.bind) for bone in mesh.bones]
    begins = [bone.bind[:3, 3] for bone in mesh.bones]
    aims = _aims(mesh)
    palms = palm_axes(joints, mesh.handedness) @ palm_axes(rest[None], mesh.handedness)[0].T
    # Of each bone, the wrist first: how it is turned away from its rest, and where it begins.
    turned, at = [palms], [joints[:, WRIST]]
    places, turns, sizes = [joints[:, WRIST]], [palms @ rests[0]], [size * own_sizes[0]]
    for number, bone in enumerate(mesh.bones[1:], 1):
        before = bone.parent
        if bone.joint is not None and mesh.bones[before].joint == WRIST:
            # On the palm joints hardly move: their place is the median over the track.
            from_wrist = joints[:, bone.joint] - joints[:, WRIST]
            offset = np.median(np.einsum("tji,tj->ti", turned[before], from_wrist), axis=0)
        else:
            way = begins[number] - begins[before]
            length = size * float(np.linalg.norm(way))
            if bone.joint is not None:
                recorded = joints[:, bone.joint] - _recorded(joints, at, mesh, before)
                length = float(np.median(np.linalg.norm(recorded, axis=1)))
            offset = length * unit(way)
        place = at[before] + np.einsum("tij,j->ti", turned[before], offset)
        turn = turned[before]
        aim = aims.get(number)
        if aim is not None:
            target, along = aim
            # From where it was recorded, so that directions are the recorded ones whatever the lengths are.
            start = place if bone.joint is None else joints[:, bone.joint]
            carried = np.einsum("tij,j->ti", turn, along)
            turn = shortest_turn(carried, unit(joints[:, target] - start)) @ turn
        turned.append(turn)
        at.append(place)
        scale = size * own_sizes[before]
        local = rests[before].T @ offset / scale
        places.append(np.broadcast_to(local, (count, 3)))
        turns.append(
            np.einsum("ji,tkj,tkl,lm->tim", rests[before], turned[before], turn, rests[number], optimize=True)
        )
        sizes.append(own_sizes[number] / own_sizes[before])
    apart = [
        np.linalg.norm(at[number] - joints[:, bone.joint], axis=1).mean()
        for number, bone in enumerate(mesh.bones)
        if bone.joint not in (None, WRIST)
    ]
    return Pose(places, turns, sizes, float(np.mean(apart)))


def _recorded(joints: np.ndarray, at: list[np.ndarray], mesh: HandMesh, number: int) -> np.ndarray:
    """Where a bone begins: as recorded, or as the mesh has it where we know no such joint."""
    joint = mesh.bones[number].joint
    return at[number] if joint is None else joints[:, joint]


def _aims(mesh: HandMesh) -> dict[int, tuple[int, np.ndarray]]:
    """Bone -> the joint of ours that it points to, and its direction (3,) in the mesh's rest."""
    rest, found = mesh.joints, {}
    for number, bone in enumerate(mesh.bones):
        if bone.joint is None:
            # A palm bone, whose joint at the wrist we do not know, points to the knuckle that hangs on it.
            knuckles = [each.joint for each in mesh.bones if each.parent == number and each.joint is not None]
            target = knuckles[0] if bone.parent >= 0 and len(knuckles) == 1 else None
        else:
            target = _AFTER.get(bone.joint)
        if target is None:
            continue
        along = rest[target] - bone.bind[:3, 3]
        if not np.isfinite(along).all():  # a tip that the mesh does not have: on as the bone before
            along = bone.bind[:3, 3] - mesh.bones[bone.parent].bind[:3, 3]
        if np.linalg.norm(along) > 1e-9:
            found[number] = target, unit(along)
    return found


def _rotation(matrix: np.ndarray) -> np.ndarray:
    """The rotation (3, 3) of a matrix (4, 4) without its size; the nearest one of a skewed matrix."""
    u, _, v = np.linalg.svd(matrix[:3, :3])
    flip = np.diag([1.0, 1.0, np.linalg.det(u @ v)])
    return np.asarray(u @ flip @ v)
