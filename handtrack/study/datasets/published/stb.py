"""The Stereo Hand Pose Tracking Benchmark (STB) as its authors publish it: one person's left hand.

Source: Zhang et al., "3D Hand Pose Tracking and Estimation Using Stereo Matching" (2016); camera values
from its readme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.skeleton import FINGERS, INDEX_MCP, JOINT_COUNT, LITTLE_MCP, MIDDLE_MCP, RING_MCP, WRIST
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.published.folders import required_file
from handtrack.study.datasets.sample import HandSample, depth_in_pixels, project

View = Literal["SK_color", "BB_left", "BB_right"]
WristRule = Literal["ring", "middle", "knuckles"]

TEST_SEQUENCES: Final = ("B1Counting", "B1Random")
TRAINING_SEQUENCES: Final = tuple(f"B{i}{kind}" for i in range(2, 7) for kind in ("Counting", "Random"))
LABELS_KEY: Final = "handPara"

# Published: palm centre, then the fingers from the little one to the thumb, each from MCP to tip.
_FROM_PUBLISHED: Final = [WRIST, *(17 - 4 * finger + joint for finger in range(5) for joint in range(4))]
# The wrist lies on the line from these joints' mean through the palm centre, so many times as far.
_WRIST_RULES: Final[dict[WristRule, tuple[tuple[int, ...], float]]] = {
    "ring": ((RING_MCP,), 2.0),
    "middle": ((MIDDLE_MCP,), 2.2),
    "knuckles": ((INDEX_MCP, MIDDLE_MCP, RING_MCP, LITTLE_MCP), 2.25),
}
_MM: Final = 1e-3


@dataclass(frozen=True, slots=True)
class _Camera:
    """matrix: (3, 3), pixels. rotation (vector) and shift (mm): from this camera's axes to the labels'."""

    matrix: np.ndarray
    rotation: tuple[float, float, float]
    shift: tuple[float, float, float]


def _matrix(fx: float, fy: float, cx: float, cy: float) -> np.ndarray:
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])


_BUMBLEBEE: Final = _matrix(822.79041, 822.79041, 318.47345, 250.31296)
_CAMERAS: Final[dict[View, _Camera]] = {
    # The labels of the SK pictures are in the axes of their depth camera.
    "SK_color": _Camera(
        _matrix(607.92271, 607.88192, 314.78337, 236.42484),
        (0.00531, -0.01196, 0.00301),
        (-24.0381, -0.4563, -1.2326),
    ),
    "BB_left": _Camera(_BUMBLEBEE, (0, 0, 0), (0, 0, 0)),
    "BB_right": _Camera(_BUMBLEBEE, (0, 0, 0), (120.054, 0, 0)),
}


class StereoBenchmark:
    """The folder that holds STB's folders `images` and `labels`.

    STB labels the palm centre and no wrist. Which conversion was used is part of the data set's name;
    there is no standard one: 2.0 times from the ring MCP, 2.2 times from the middle MCP, or 2.25 times
    from the mean of the four finger MCPs.
    """

    def __init__(
        self,
        folder: Path,
        sequences: Sequence[str] = TEST_SEQUENCES,
        view: View = "SK_color",
        wrist: WristRule = "ring",
    ) -> None:
        """Read the labels of the sequences. Raises SourceError naming what is missing or cannot be read."""
        joints, factor = _WRIST_RULES[wrist]
        self.name = f"stb_{view}_wrist_{factor}x_{wrist}"
        self._folder, self._view = folder, view
        self._camera = _CAMERAS[view]
        self._pictures: list[str] = []
        tables = []
        for sequence in sequences:
            path = required_file(
                folder, f"labels/{sequence}_{view[:2]}.mat", "STB", "the archive of its labels"
            )
            table = _in_camera(_read_labels(path), self._camera)
            table[:, WRIST] = _wrist(table, joints, factor)
            names = [f"images/{sequence}/{view}_{i}.png" for i in range(len(table))]
            for name in (names[0], names[-1]):
                required_file(folder, name, "STB", f"the archive of the sequence {sequence}")
            tables.append(table)
            self._pictures += names
        self._joints = np.concatenate(tables)

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self._pictures)

    def __getitem__(self, index: int) -> HandSample:
        """Sample number index. Raises SourceError naming a picture that cannot be read."""
        joints_3d, camera = self._joints[index].astype(np.float32), self._camera.matrix
        return HandSample(
            image=read_picture(self._folder, self._pictures[index]),
            joints_2d=project(joints_3d, camera),
            depth=depth_in_pixels(joints_3d, camera),
            spread=np.zeros(JOINT_COUNT, np.float32),
            handedness="left",
            source=self.name,
            key=self._pictures[index],
            joints_3d=joints_3d,
            camera=camera,
        )


def _read_labels(path: Path) -> np.ndarray:
    """Joints (N, 21, 3) in mm, in the axes of the labels and our joint order, the palm centre first."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        values = np.asarray(loadmat(path, variable_names=[LABELS_KEY])[LABELS_KEY], np.float64)
    except (OSError, ValueError, TypeError, KeyError, NotImplementedError, MatReadError) as error:
        raise SourceError(
            f"{path} cannot be read as STB's labels ({' '.join(str(error).split())[:120]}); unpack it again"
        ) from None
    if values.ndim != 3 or values.shape[:2] != (3, JOINT_COUNT) or not values.shape[2]:
        raise SourceError(f"{path} does not hold 3 x {JOINT_COUNT} x N joints; unpack it again")
    return values.transpose(2, 1, 0)[:, _FROM_PUBLISHED]


def _in_camera(joints_mm: np.ndarray, camera: _Camera) -> np.ndarray:
    """Metres in the camera's axes."""
    rotation = cv2.Rodrigues(np.array(camera.rotation, np.float64))[0]
    # labels = rotation @ point + shift, so point = rotation^T @ (labels - shift).
    return (joints_mm - camera.shift) @ rotation * _MM


def _wrist(joints: np.ndarray, start: tuple[int, ...], factor: float) -> np.ndarray:
    base = joints[:, list(start)].mean(axis=1)
    return base + factor * (joints[:, WRIST] - base)


assert sorted(_FROM_PUBLISHED) == list(range(JOINT_COUNT))
assert len(FINGERS) == 5
