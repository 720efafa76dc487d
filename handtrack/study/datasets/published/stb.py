"""The Stereo Hand Pose Tracking Benchmark (STB) as its authors publish it: one person's left hand.

Source: Zhang et al., "3D Hand Pose Tracking and Estimation Using Stereo Matching" (2016); camera values
from its readme.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import numpy as np

from handtrack.errors import SourceError
from handtrack.skeleton import FINGERS, JOINT_COUNT, RING_MCP, WRIST
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.published.folders import required_file
from handtrack.study.datasets.sample import HandSample, depth_in_pixels, project

View = Literal["BB_left", "BB_right"]

TEST_SEQUENCES: Final = ("B1Counting", "B1Random")
LABELS_KEY: Final = "handPara"

# Published: palm centre, then the fingers from the little one to the thumb, each from MCP to tip.
_FROM_PUBLISHED: Final = [WRIST, *(17 - 4 * finger + joint for finger in range(5) for joint in range(4))]
_WRIST_FACTOR: Final = 2.0
_MM: Final = 1e-3
# Both eyes of the Bumblebee camera: a pinhole in pixels, and how many mm each is right of the left one.
_CAMERA: Final = np.array([[822.79041, 0, 318.47345], [0, 822.79041, 250.31296], [0, 0, 1]])
_RIGHT_OF_LEFT_MM: Final[dict[View, float]] = {"BB_left": 0.0, "BB_right": 120.054}


class StereoBenchmark:
    """The folder that holds STB's folders `images` and `labels`, the pictures of the Bumblebee camera.

    STB labels the palm centre and no wrist. Which conversion was used is part of the data set's name; there
    is no standard one. Here the wrist lies 2.0 times as far from the ring MCP as the palm centre.
    """

    def __init__(self, folder: Path, view: View) -> None:
        """Read the labels. Raises SourceError naming what is missing or cannot be read."""
        self.name = f"stb_{view}_wrist_{_WRIST_FACTOR}x_ring"
        self._folder = folder
        self._pictures: list[str] = []
        tables = []
        for sequence in TEST_SEQUENCES:
            path = required_file(folder, f"labels/{sequence}_BB.mat", "STB", "the archive of its labels")
            table = (_read_labels(path) - [_RIGHT_OF_LEFT_MM[view], 0, 0]) * _MM
            table[:, WRIST] = table[:, RING_MCP] + _WRIST_FACTOR * (table[:, WRIST] - table[:, RING_MCP])
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
        joints_3d = self._joints[index].astype(np.float32)
        return HandSample(
            image=read_picture(self._folder, self._pictures[index]),
            joints_2d=project(joints_3d, _CAMERA),
            depth=depth_in_pixels(joints_3d, _CAMERA),
            spread=np.zeros(JOINT_COUNT, np.float32),
            handedness="left",
            source=self.name,
            key=self._pictures[index],
            joints_3d=joints_3d,
            camera=_CAMERA,
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


assert sorted(_FROM_PUBLISHED) == list(range(JOINT_COUNT))
assert len(FINGERS) == 5
