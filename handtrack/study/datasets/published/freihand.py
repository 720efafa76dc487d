"""FreiHAND as its authors publish it: real right hands, alone or with objects, with fitted 3D joints.

Source: Zimmermann et al., "FreiHAND: A Dataset for Markerless Capture of Hand Pose and Shape from Single
RGB Images" (ICCV 2019).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import numpy as np

from handtrack.errors import SourceError
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.published.folders import read_number_list, required_file
from handtrack.study.datasets.sample import HandSample, depth_in_pixels, project

Split = Literal["training", "evaluation"]

BACKGROUNDS: Final = 4
"""Versions of every training picture: before the green screen, and on three kinds of other backgrounds."""
_ARCHIVES: Final[dict[Split, str]] = {
    "training": "FreiHAND_pub_v2.zip",
    "evaluation": "FreiHAND_pub_v2_eval.zip",
}


class FreiHand:
    """The folder into which FreiHAND_pub_v2.zip and FreiHAND_pub_v2_eval.zip were unpacked.

    All hands are right ones; the joint order is ours. The published order of pictures is kept: with N
    poses, training sample i shows pose i mod N before background i div N.
    """

    def __init__(self, folder: Path, split: Split = "training", backgrounds: int = BACKGROUNDS) -> None:
        """Read the labels. backgrounds: how many versions of the training pictures to use, 1 to 4.

        Raises SourceError naming the file that is missing or cannot be read.
        """
        if not 1 <= backgrounds <= BACKGROUNDS:
            raise ValueError(f"backgrounds must be 1 to {BACKGROUNDS}, not {backgrounds}")
        self.name = "freihand" if split == "training" else "freihand_evaluation"
        self._folder, self._split = folder, split
        source = _ARCHIVES[split]
        tables = {
            name: read_number_list(required_file(folder, f"{split}_{name}.json", "FreiHAND", source), shape)
            for name, shape in {"K": (3, 3), "xyz": (JOINT_COUNT, 3)}.items()
        }
        self._cameras, self._joints = tables["K"], tables["xyz"]
        if len(self._cameras) != len(self._joints):
            raise SourceError(
                f"{split}_K.json and {split}_xyz.json in {folder} differ in length "
                f"({len(self._cameras)} and {len(self._joints)}); unpack {source} again"
            )
        self._versions = backgrounds if split == "training" else 1
        # The first and the last picture: a folder cut short is noticed before an epoch has begun.
        for index in (0, len(self) - 1):
            required_file(folder, self._picture(index), "FreiHAND", source)

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self._joints) * self._versions

    def __getitem__(self, index: int) -> HandSample:
        """Sample number index. Raises SourceError naming a picture that cannot be read."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        pose = index % len(self._joints)
        joints_3d, camera = self._joints[pose].astype(np.float32), self._cameras[pose]
        picture = self._picture(index)
        return HandSample(
            image=read_picture(self._folder, picture),
            joints_2d=project(joints_3d, camera),
            depth=depth_in_pixels(joints_3d, camera),
            spread=np.zeros(JOINT_COUNT, np.float32),
            handedness="right",
            source=self.name,
            key=picture,
            joints_3d=joints_3d,
            camera=camera,
            mask=self._mask(pose),
        )

    def _picture(self, index: int) -> str:
        return f"{self._split}/rgb/{index:08d}.jpg"

    def _mask(self, pose: int) -> np.ndarray | None:
        """The hand's pixels; they are published for training, once for all versions of a picture."""
        name = f"{self._split}/mask/{pose:08d}.jpg"
        if self._split != "training":
            return None
        required_file(self._folder, name, "FreiHAND", _ARCHIVES[self._split])
        return read_picture(self._folder, name)[..., 0] > 127
