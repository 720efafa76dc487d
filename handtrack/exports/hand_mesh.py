"""A hand mesh with bones, of a glTF file: its parts, and which bone is which joint of ours."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.exports.gltf_reading import GltfSource
from handtrack.exports.turning import palm_axes
from handtrack.skeleton import FINGERS, JOINT_COUNT, MIDDLE_MCP, WRIST

_MOST_BONES: Final = 256
_TRIANGLES: Final = 4
_FINGERS_OF_OTHERS: Final = {**{name: name for name in FINGERS}, "pinky": "little"}
_SEGMENTS: Final = {
    "thumb": ("metacarpal", "proximal", "distal", "tip"),
    "finger": ("proximal", "intermediate", "distal", "tip"),
}
_ATTRIBUTES: Final = re.compile(r"POSITION|NORMAL|TANGENT|(TEXCOORD|COLOR|JOINTS|WEIGHTS)_\d")


@dataclass(frozen=True, slots=True)
class Bone:
    """name: as in the file. parent: its number, smaller than its own, or -1 of the wrist, which is the first.

    joint: which of our 21 joints it begins at, or None. bind: (4, 4) float64, where it is in the mesh's
    space. place: its number in the mesh's skin.
    """

    name: str
    parent: int
    joint: int | None
    bind: np.ndarray
    place: int


@dataclass(frozen=True, slots=True)
class MeshPart:
    """attributes: glTF's names -> numbers, and whether whole ones stand for 0 to 1.

    triangles: (3F,) numbers of points, or None. material: its number in the file, or None.
    """

    attributes: dict[str, tuple[np.ndarray, bool]]
    triangles: np.ndarray | None
    material: int | None


@dataclass(frozen=True)
class HandMesh:
    """bones: parents before children. handedness: left or right. source: has the materials and pictures."""

    bones: tuple[Bone, ...]
    parts: tuple[MeshPart, ...]
    handedness: str
    source: GltfSource

    @property
    def joints(self) -> np.ndarray:
        """Where our joints (21, 3) are in the mesh's rest; NaN of a tip that it does not have."""
        found = np.full((JOINT_COUNT, 3), np.nan)
        for bone in self.bones:
            if bone.joint is not None:
                found[bone.joint] = bone.bind[:3, 3]
        return found

    def of(self, handedness: str) -> HandMesh:
        """The mesh of a left or right hand: itself, or itself in a mirror."""
        if handedness == self.handedness or handedness not in ("left", "right"):
            return self
        mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
        bones = tuple(replace(bone, bind=mirror @ bone.bind @ mirror) for bone in self.bones)
        return HandMesh(bones, tuple(map(_mirrored, self.parts)), handedness, self.source)


def read_hand_mesh(path: Path) -> HandMesh:
    """The first mesh with bones of a glTF file. Raises ExportError, with a sentence, for what is none.

    Bones are known by names that have finger and segment in them, as those of OpenXR, WebXR and VRM have:
    `Index_Proximal_R`, `index-finger-phalanx-proximal`, `rightIndexProximal`; and one is the wrist.
    """
    source = GltfSource(path)
    with source.faults():
        node = next(
            (each for each in source.said.get("nodes", []) if "mesh" in each and "skin" in each), None
        )
        if node is None:
            raise ValueError("it has no mesh with bones")
        skin = source.part("skins", node["skin"])
        bones = _bones(source, skin)
        primitives = source.part("meshes", node["mesh"])["primitives"]
        parts = tuple(_part(source, primitive, len(skin["joints"])) for primitive in primitives)
        mesh = HandMesh(bones, parts, "right", source)
        return replace(mesh, handedness=_handedness(mesh))


def _bones(source: GltfSource, skin: dict[str, Any]) -> tuple[Bone, ...]:
    numbers = skin["joints"]
    if not 0 < len(numbers) <= _MOST_BONES or len(set(numbers)) != len(numbers):
        raise ValueError(f"its skin has {len(numbers)} bones")
    names = [str(source.part("nodes", number).get("name", "")) for number in numbers]
    inverse, _ = source.values(skin["inverseBindMatrices"])
    if inverse.shape != (len(numbers), 4, 4):
        raise ValueError("its bones and their matrices are not as many")
    try:
        binds = np.linalg.inv(inverse.astype(np.float64))
    except np.linalg.LinAlgError:
        raise ValueError("a bone of it has no place") from None
    joints = [joint_of(name) for name in names]
    if WRIST not in joints:  # VRM calls it the hand
        joints = [
            WRIST if joint is None and _is_hand(name) else joint
            for name, joint in zip(names, joints, strict=True)
        ]
    _check_joints(joints)
    parents = _parents(source, numbers)
    _hang_fingers_together(parents, joints)
    wrist = joints.index(WRIST)
    # Whatever does not hang on the wrist, such as a forearm, goes with it.
    order, found = [wrist], {wrist: -1}
    rest = [place for place in range(len(numbers)) if place != wrist]
    while rest:
        ready = [place for place in rest if parents[place] in found]
        if not ready:
            ready = [place for place in rest if parents[place] not in rest] or rest[:1]
        for place in ready:
            parent = parents[place]
            found[place] = order.index(parent) if parent in found else 0
        order += ready
        rest = [place for place in rest if place not in ready]
    return tuple(Bone(names[place], found[place], joints[place], binds[place], place) for place in order)


def joint_of(name: str) -> int | None:
    """Which of our joints a bone of this name begins at; None of all else."""
    words = name.lower()
    finger = next((ours for theirs, ours in _FINGERS_OF_OTHERS.items() if theirs in words), None)
    if finger is None:
        return WRIST if "wrist" in words else None
    segments = _SEGMENTS["thumb" if finger == "thumb" else "finger"]
    place = next((number for number, segment in enumerate(segments) if segment in words), None)
    return None if place is None else FINGERS[finger][place]


def _is_hand(name: str) -> bool:
    return "hand" in name.lower() and not any(finger in name.lower() for finger in _FINGERS_OF_OTHERS)


def _check_joints(joints: list[int | None]) -> None:
    known = [joint for joint in joints if joint is not None]
    if len(known) != len(set(known)):
        raise ValueError("several of its bones have the name of one joint; keep one hand in the file")
    tips = {chain[-1] for chain in FINGERS.values()}
    missing = set(range(JOINT_COUNT)) - tips - set(known)
    if missing:
        raise ValueError(
            f"{len(missing)} of its bones are not known by their names; "
            "name them as OpenXR does: Wrist, Thumb_Metacarpal, Index_Proximal and so on"
        )


def _parents(source: GltfSource, numbers: list[int]) -> dict[int, int | None]:
    """Place of each bone in the skin -> that of the bone above it, or None."""
    place = {number: index for index, number in enumerate(numbers)}
    above = {
        child: number
        for number, node in enumerate(source.said["nodes"])
        for child in node.get("children", [])
    }
    found: dict[int, int | None] = {}
    for number in numbers:
        seen, parent = {number}, above.get(number)
        while parent is not None and parent not in place and parent not in seen:
            seen.add(parent)
            parent = above.get(parent)
        found[place[number]] = place.get(parent) if parent is not None else None
    return found


def _hang_fingers_together(parents: dict[int, int | None], joints: Sequence[int | None]) -> None:
    """Hang each bone on the one before it in its finger: WebXR's hands have all of them on one level."""
    places = {joint: place for place, joint in enumerate(joints) if joint is not None}
    for chain in FINGERS.values():
        for before, after in itertools.pairwise(chain):
            if after in places and places[before] not in _above(places[after], parents):
                parents[places[after]] = places[before]


def _above(place: int, parents: dict[int, int | None]) -> set[int]:
    """The bones that a bone hangs on."""
    found: set[int] = set()
    parent = parents[place]
    while parent is not None and parent not in found:
        found.add(parent)
        parent = parents[parent]
    return found


def _part(source: GltfSource, primitive: dict[str, Any], bones: int) -> MeshPart:
    if primitive.get("mode", _TRIANGLES) != _TRIANGLES:
        raise ValueError("it is not made of triangles")
    attributes = {
        name: source.values(number)
        for name, number in primitive["attributes"].items()
        if _ATTRIBUTES.fullmatch(name)
    }
    count = len(attributes["POSITION"][0])
    if "JOINTS_0" not in attributes or "WEIGHTS_0" not in attributes:
        raise ValueError("a part of it does not hang on bones")
    for name, (values, _) in attributes.items():
        if len(values) != count:
            raise ValueError(f"its {name} are not as many as its points")
        if name.startswith("JOINTS") and values.max() >= bones:
            raise ValueError("a point of it hangs on a bone that there is none of")
    triangles = source.values(primitive["indices"])[0] if "indices" in primitive else None
    if triangles is not None and (triangles.ndim != 1 or triangles.max() >= count or len(triangles) % 3):
        raise ValueError("a triangle of it has a point that there is none of")
    material = primitive.get("material")
    if material is not None:
        source.part("materials", material)
    return MeshPart(attributes, triangles, material)


def _handedness(mesh: HandMesh) -> str:
    """By the thumb, which lies on the palm's side of the palm's plane."""
    joints = mesh.joints[None]
    out_of_palm = palm_axes(joints, "right")[0, :, 2]
    thumb = joints[0, FINGERS["thumb"][2]] - (joints[0, WRIST] + joints[0, MIDDLE_MCP]) / 2
    return "right" if thumb @ out_of_palm > 0 else "left"


def _mirrored(part: MeshPart) -> MeshPart:
    attributes = dict(part.attributes)
    for name in ("POSITION", "NORMAL"):
        if name in attributes:
            attributes[name] = (attributes[name][0] * np.array([-1, 1, 1], np.float32), False)
    if "TANGENT" in attributes:
        attributes["TANGENT"] = (attributes["TANGENT"][0] * np.array([-1, 1, 1, -1], np.float32), False)
    count = len(attributes["POSITION"][0])
    corners = np.arange(count - count % 3, dtype=np.uint32) if part.triangles is None else part.triangles
    # The other way round, so that the same side stays the outer one.
    turned = np.ascontiguousarray(corners.reshape(-1, 3)[:, ::-1]).reshape(-1)
    return MeshPart(attributes, turned, part.material)
