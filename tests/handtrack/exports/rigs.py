"""A rigged hand of boxes, one a bone, as a glTF file."""

from __future__ import annotations

import base64
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np

from handtrack.skeleton import FINGERS, WRIST
from tests.handtrack.exports.conftest import joints_of

# A white pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
_SEGMENTS = ("Proximal", "Intermediate", "Distal", "Tip")
_THUMB = ("Metacarpal", "Proximal", "Distal", "Tip")
_CORNERS = np.array(list(itertools.product((-1, 1), repeat=3)), np.float32)
_FACES = np.array(
    [
        *((0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1)),
        *((2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3)),
    ],
    np.uint16,
)


def bone_names() -> dict[int, str]:
    """Our joint -> the name of the bone that begins at it, as OpenXR has it."""
    names = {WRIST: "Wrist_R"}
    for finger, chain in FINGERS.items():
        for joint, segment in zip(chain, _THUMB if finger == "thumb" else _SEGMENTS, strict=True):
            names[joint] = f"{finger.title()}_{segment}_R"
    return names


def rigged_hand() -> dict[str, Any]:
    """A right hand in centimetres, y up, with a picture on it; a dictionary as JSON has it."""
    names, rest = bone_names(), 100 * joints_of(0.3, "right") * (1, -1, -1)
    parents = {joint: WRIST for joint in names if joint != WRIST}
    for chain in FINGERS.values():
        parents |= {after: before for before, after in itertools.pairwise(chain)}
    inverse = np.repeat(np.eye(4, dtype=np.float32)[None], len(names), axis=0)
    inverse[:, 3, :3] = -rest  # by columns, as glTF keeps them
    points = (rest[:, None] + 0.4 * _CORNERS[None]).reshape(-1, 3).astype(np.float32)
    normals = np.repeat(_CORNERS[None] / np.sqrt(3), len(names), axis=0).reshape(-1, 3).astype(np.float32)
    bones = np.zeros((len(points), 4), np.uint8)
    bones[:, 0] = np.repeat(np.arange(len(names)), 8)
    weights = np.zeros((len(points), 4), np.float32)
    weights[:, 0] = 1
    triangles = (8 * np.arange(len(names), dtype=np.uint16)[:, None, None] + _FACES).reshape(-1)
    numbers: list[np.ndarray] = [
        points,
        normals,
        np.zeros((len(points), 2), np.float32),
        bones,
        weights,
        triangles,
        inverse,
    ]
    kinds = ["VEC3", "VEC3", "VEC2", "VEC4", "VEC4", "SCALAR", "MAT4"]
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    data = b""
    for values, kind in zip(numbers, kinds, strict=True):
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": values.nbytes})
        component = {"float32": 5126, "uint8": 5121, "uint16": 5123}[values.dtype.name]
        count = len(values)
        accessors.append(
            {"bufferView": len(accessors), "componentType": component, "count": count, "type": kind}
        )
        data += values.tobytes() + b"\0" * (-values.nbytes % 4)
    nodes: list[dict[str, Any]] = [
        {"name": name, "children": [child for child, parent in parents.items() if parent == joint]}
        for joint, name in sorted(names.items())
    ]
    nodes.append({"name": "Hand", "mesh": 0, "skin": 0})
    attributes = {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 2, "JOINTS_0": 3, "WEIGHTS_0": 4}
    return {
        "asset": {"version": "2.0"},
        "nodes": nodes,
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 5, "material": 0}]}],
        "skins": [{"joints": list(range(len(names))), "inverseBindMatrices": 6}],
        "materials": [
            {
                "name": "skin",
                "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "roughnessFactor": 0.6},
                "extensions": {"KHR_materials_unlit": {}},
            }
        ],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"magFilter": 9729}],
        "images": [{"uri": _uri(PNG)}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data), "uri": _uri(data)}],
    }


def written(folder: Path, said: dict[str, Any], name: str = "hand.gltf") -> Path:
    """A dictionary as a file."""
    path = folder / name
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def _uri(data: bytes) -> str:
    return "data:application/octet-stream;base64," + base64.b64encode(data).decode()
