"""The Rendered Handpose Dataset (RHD) as its authors publish it: rendered persons, exact joints.

Source: Zimmermann and Brox, "Learning to Estimate 3D Hand Pose from Single RGB Images" (ICCV 2017).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Handedness
from handtrack.skeleton import FINGERS, JOINT_COUNT, WRIST
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.published.array_pickle import read_array_pickle
from handtrack.study.datasets.published.folders import required_file
from handtrack.study.datasets.sample import HandSample, depth_in_pixels

Split = Literal["training", "evaluation"]

_ARCHIVE: Final = "RHD_v1-1.zip"
_SHAPES: Final = {"xyz": (2 * JOINT_COUNT, 3), "uv_vis": (2 * JOINT_COUNT, 3), "K": (3, 3)}
# Published: wrist, then every finger from its tip to the palm; the left hand's joints before the right's.
_FROM_PUBLISHED: Final = [WRIST, *(joint for finger in FINGERS.values() for joint in reversed(finger))]
_FIRST_JOINT: Final[dict[Handedness, int]] = {"left": 0, "right": JOINT_COUNT}
# Labels of the hands' parts in a mask picture; 0 is background and 1 the rest of the person.
_MASK_VALUES: Final[dict[Handedness, tuple[int, int]]] = {"left": (2, 17), "right": (18, 33)}


class RenderedHandpose:
    """The folder RHD_published_v2. Of each picture's two hands the one with more pixels is the sample.

    The labels are published as a pickle, a format that can run code. It is read by
    `array_pickle` beside this file, which only knows numbers and arrays and refuses the rest.
    """

    def __init__(self, folder: Path, split: Split = "training") -> None:
        """Read the labels. Raises SourceError naming the file that is missing or cannot be read."""
        self.name = "rhd" if split == "training" else "rhd_evaluation"
        self._folder, self._split = folder, split
        path = required_file(folder, f"{split}/anno_{split}.pickle", "RHD", _ARCHIVE)
        labels = read_array_pickle(path)
        if not isinstance(labels, dict) or not labels:
            raise SourceError(f"{path} does not hold RHD's labels; unpack {_ARCHIVE} again")
        self._numbers: list[int] = sorted(labels)
        self._labels: dict[int, Any] = labels
        for number, label in labels.items():
            if not isinstance(number, int) or not _is_label(label):
                raise SourceError(f"{path}: entry {number!r} is not RHD's; unpack {_ARCHIVE} again")
        for number in (self._numbers[0], self._numbers[-1]):
            for kind in ("color", "mask"):
                required_file(folder, self._picture(kind, number), "RHD", _ARCHIVE)

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self._numbers)

    def __getitem__(self, index: int) -> HandSample:
        """Sample number index. Raises SourceError naming a picture that cannot be read."""
        number = self._numbers[index]
        label = self._labels[number]
        parts = read_picture(self._folder, self._picture("mask", number))[..., 0]
        masks = {hand: (parts >= first) & (parts <= last) for hand, (first, last) in _MASK_VALUES.items()}
        handedness: Handedness = "left" if masks["left"].sum() > masks["right"].sum() else "right"
        order = _FIRST_JOINT[handedness] + np.array(_FROM_PUBLISHED)
        joints_3d = label["xyz"][order].astype(np.float32)
        camera = label["K"].astype(np.float64)
        picture = self._picture("color", number)
        return HandSample(
            image=read_picture(self._folder, picture),
            joints_2d=label["uv_vis"][order, :2].astype(np.float32),
            depth=depth_in_pixels(joints_3d, camera),
            spread=np.zeros(JOINT_COUNT, np.float32),
            handedness=handedness,
            source=self.name,
            key=picture,
            joints_3d=joints_3d,
            camera=camera,
            visible=label["uv_vis"][order, 2] == 1,
            mask=masks[handedness],
        )

    def _picture(self, kind: str, number: int) -> str:
        return f"{self._split}/{kind}/{number:05d}.png"


def _is_label(label: Any) -> bool:
    return isinstance(label, dict) and all(
        isinstance(label.get(key), np.ndarray) and label[key].shape == shape for key, shape in _SHAPES.items()
    )
