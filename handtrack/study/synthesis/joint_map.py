"""The map from the mesh's joints to the joints that the real labels mean, measured with their teacher.

A mesh's bones turn about points that lie elsewhere in the flesh than the points that a landmark network marks
(the wrist above all). Each joint therefore gets a constant offset in the frame of its bone, as a share of the
palm's length, such that rendered hands on average carry the labels that the teacher would give them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from handtrack.errors import ConfigError
from handtrack.hand import read_only
from handtrack.safe_yaml import load_yaml
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.datasets.labelling.teacher_passes import look_carefully
from handtrack.study.synthesis.body.mesh import GENERIC, PEOPLE

JOINT_MAP_FILE: Final = Path(__file__).with_name("joint_map.yaml")
XR_JOINT_MAP_FILE: Final = Path(__file__).with_name("joint_map_xr_hands.yaml")
"""Of the meshes of `xr_hands`, which have the same joints."""
PEOPLES_JOINT_MAP_FILE: Final = Path(__file__).with_name("joint_map_people.yaml")

_LEAST_PRESENCE: Final = 0.6  # share of the passes in which the teacher sees a hand
_MOST_SPREAD: Final = 0.042  # mean deviation of the passes over the hand's extent
_MOST_ERROR: Final = 0.15  # mean distance over the extent: beyond, the teacher looked at something else
_MOST_BYTES: Final = 100_000
_MOST_OFFSET: Final = 1.0  # of the palm's length
_HUBER: Final = 0.03  # of the hand's extent
_ROUNDS: Final = 12
_DAMPING: Final = 1e-3  # of the normal matrix: directions that no view shows stay at zero


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRender:
    """A rendered hand for the teacher.

    image: (H, W, 3) uint8 BGR. joints: (21, 3) metres, the mesh's own joints in camera space.
    frames: (21, 3, 3), the frames of their bones in camera axes. palm: metres, wrist to middle MCP.
    camera: (3, 3) pixels.
    """

    image: np.ndarray
    joints: np.ndarray
    frames: np.ndarray
    palm: float
    camera: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """What the teacher said about N rendered hands that it saw well.

    joints (N, 21, 3), frames (N, 21, 3, 3), palm (N,), camera (N, 3, 3): as in `LabelledRender`.
    taught: (N, 21, 2), pixels, the teacher's joints. extent: (N,), pixels. shown: renders in all.
    """

    joints: np.ndarray
    frames: np.ndarray
    palm: np.ndarray
    camera: np.ndarray
    taught: np.ndarray
    extent: np.ndarray
    shown: int

    def part(self, chosen: slice) -> Observations:
        """Some of the hands."""
        return Observations(
            self.joints[chosen],
            self.frames[chosen],
            self.palm[chosen],
            self.camera[chosen],
            self.taught[chosen],
            self.extent[chosen],
            self.shown,
        )


@dataclass(frozen=True, slots=True, eq=False)
class JointMap:
    """Offsets (21, 3) in bone frames as a share of the palm's length, and how well they fit.

    before, after: (21,), median distance to the teacher without and with the map; bias: (21,), length of the
    mean distance that the map leaves. All shares of the hand's extent, on hands that the fit has not seen.
    hands: how many the map was fitted to and measured on; shown: renders that the teacher was shown.
    """

    offsets: np.ndarray
    before: np.ndarray
    after: np.ndarray
    bias: np.ndarray
    hands: int
    shown: int


def observe(
    renders: Iterable[LabelledRender],
    teacher: LandmarkTeacher,
    progress: Callable[[int], None] | None = None,
) -> Observations:
    """The teacher's careful joints on rendered hands; hands that it does not see well are left out."""
    kept, shown = [], 0
    for shown, render in enumerate(renders, start=1):
        truth = _pixels(render.joints, render.camera)
        extent = float(np.ptp(truth, axis=0).max())
        passes = look_carefully(teacher, render.image, truth.astype(np.float32))
        present = passes.presence > 0.5
        if progress:
            progress(shown)
        if present.mean() < _LEAST_PRESENCE:
            continue
        joints = passes.joints_2d[present]
        taught = np.median(joints, axis=0)
        spread = float(np.sqrt(((joints - taught) ** 2).mean(axis=(0, 2))).mean())
        error = float(np.linalg.norm(taught - truth, axis=1).mean())
        if spread < _MOST_SPREAD * extent and error < _MOST_ERROR * extent:
            kept.append((render.joints, render.frames, render.palm, render.camera, taught, extent))
    if len(kept) < 20:
        raise ConfigError(f"the teacher saw only {len(kept)} of {shown} rendered hands well; render more")
    joints, frames, palm, camera, taught, extents = (np.stack(column) for column in zip(*kept, strict=True))
    return Observations(joints, frames, palm, camera, taught, extents, shown)


def fit_joint_map(observations: Observations) -> JointMap:
    """The map fitted to all hands; its quality is that of a map fitted to half of them, on the other half."""
    fitted, held_out = observations.part(slice(0, None, 2)), observations.part(slice(1, None, 2))
    trial = fit_offsets(fitted)
    before = _errors(held_out, np.zeros((JOINT_COUNT, 3)))
    after = _errors(held_out, trial)
    return JointMap(
        offsets=fit_offsets(observations),
        before=np.median(np.linalg.norm(before, axis=2), axis=0),
        after=np.median(np.linalg.norm(after, axis=2), axis=0),
        bias=_remaining_offset(held_out, trial),
        hands=len(observations.palm),
        shown=observations.shown,
    )


def fit_offsets(observations: Observations) -> np.ndarray:
    """Offsets (21, 3) that bring the mesh's joints closest to the teacher's in the pictures.

    Gauss-Newton on the projected distance over the hand's extent with Huber weights; views from all sides
    make all three directions known.
    """
    offsets = np.zeros((JOINT_COUNT, 3))
    for _ in range(_ROUNDS):
        points = _mapped(observations, offsets)
        error = _errors(observations, offsets)
        distance = np.linalg.norm(error, axis=2)
        weight = np.minimum(1.0, _HUBER / np.maximum(distance, 1e-9))
        # Rows of d(pixel)/d(point): focal / Z * [[1, 0, -X/Z], [0, 1, -Y/Z]].
        focal = observations.camera[:, 0, 0][:, None, None]
        depth = points[..., 2:]
        jacobian = np.zeros((*points.shape[:2], 2, 3))
        jacobian[..., 0, 0] = jacobian[..., 1, 1] = 1.0
        jacobian[..., 2] = -points[..., :2] / depth
        jacobian *= (focal / depth)[..., None]
        jacobian = np.einsum("njab,njbc->njac", jacobian, observations.frames)
        jacobian *= (observations.palm / observations.extent)[:, None, None, None]
        normal = np.einsum("nj,njab,njac->jbc", weight, jacobian, jacobian)
        right = np.einsum("nj,njab,nja->jb", weight, jacobian, error)
        normal += _DAMPING * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(3)
        offsets = offsets + np.linalg.solve(normal, right[..., None])[..., 0]
    return offsets


def save_joint_map(joint_map: JointMap, path: Path = JOINT_MAP_FILE) -> None:
    """Write the map with its quality as YAML. Raises ConfigError when it cannot be written."""
    rows = {
        name: {
            "offset": [round(float(value), 4) for value in joint_map.offsets[joint]],
            "percent_before": round(100 * float(joint_map.before[joint]), 2),
            "percent_after": round(100 * float(joint_map.after[joint]), 2),
            "percent_bias": round(100 * float(joint_map.bias[joint]), 2),
        }
        for joint, name in enumerate(JOINT_NAMES)
    }
    head = (
        "# Offsets from the mesh's joints to the teacher's, in bone frames, shares of the palm's length.\n"
        "# Percent of the hand's extent in the picture, on hands left out of the fit: median distance to\n"
        "# the teacher without and with the map, and the mean distance that is left.\n"
        f"# Made by: handtrack synth --joint-map {path.name} --count {joint_map.shown}\n"
    )
    content = yaml.safe_dump(
        {"hands": joint_map.hands, "shown": joint_map.shown, "joints": rows},
        sort_keys=False,
        default_flow_style=None,
    )
    try:
        path.write_text(head + content, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the joint map cannot be written to {path}: {error.strerror or error}") from None


def read_joint_map(path: Path = JOINT_MAP_FILE) -> np.ndarray:
    """Offsets (21, 3) float64 of a map, read-only. Raises ConfigError when it is missing or damaged."""
    try:
        content: Any = load_yaml(path, most_bytes=_MOST_BYTES)
        rows = [content["joints"][name]["offset"] for name in JOINT_NAMES]
        offsets = np.array(rows, np.float64).reshape(JOINT_COUNT, 3)
        if not np.abs(offsets).max() <= _MOST_OFFSET:
            raise ValueError("an offset is longer than a palm, or no number")
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f"the joint map {path} cannot be used ({' '.join(str(error).split())}); "
            "measure it again with `handtrack synth --joint-map`"
        ) from None
    return read_only(offsets)


@functools.cache
def joint_map(mesh: str = GENERIC) -> np.ndarray:
    """Offsets (21, 3) of the map of a mesh by its name, for `rig.joints_21`."""
    files = {GENERIC: JOINT_MAP_FILE, PEOPLE: PEOPLES_JOINT_MAP_FILE}
    return read_joint_map(files.get(mesh, XR_JOINT_MAP_FILE))


def _mapped(observations: Observations, offsets: np.ndarray) -> np.ndarray:
    shift = np.einsum("njab,jb->nja", observations.frames, offsets)
    return observations.joints + observations.palm[:, None, None] * shift


def _pixels(points: np.ndarray, camera: np.ndarray) -> np.ndarray:
    homogeneous = np.einsum("...ji,...ki->...jk", points, camera)
    return np.asarray(homogeneous[..., :2] / homogeneous[..., 2:])


def _errors(observations: Observations, offsets: np.ndarray) -> np.ndarray:
    """Teacher's joints minus mapped ones in the pictures, (N, 21, 2), shares of the hand's extent."""
    seen = _pixels(_mapped(observations, offsets), observations.camera)
    return np.asarray((observations.taught - seen) / observations.extent[:, None, None])


def _remaining_offset(observations: Observations, offsets: np.ndarray) -> np.ndarray:
    """Length (21,) of the offset that the hands would still ask for, as a share of the hand's extent."""
    left = np.linalg.norm(fit_offsets(observations) - offsets, axis=1)
    # A palm's length is about half of the hand's extent; hands in the pictures say what it is here.
    focal = observations.camera[:, 0, 0]
    palm = observations.palm * focal / observations.joints[:, 0, 2] / observations.extent
    return np.asarray(left * np.median(palm))
