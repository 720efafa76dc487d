"""A picture of the stereo hands: both views side by side, the triangulated joints projected into each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints, crop_matrix, warp_crop
from handtrack.errors import SourceError
from handtrack.study.datasets.sample import HandSample, project
from handtrack.study.evaluation.stereo_set import StereoHands
from handtrack.study.synthesis.sheet import contact_sheet

_CELL = 240  # pixels
_MARGIN = 1.7


def write_stereo_sheet(path: Path, hands: StereoHands, frames: int = 32) -> None:
    """Write a sheet of at most so many frames, spread over the set, two neighbouring cells a frame.

    Known joints are filled, unknown ones rings. Raises SourceError where the file cannot be written.
    """
    count = len(hands) // 2
    chosen = np.unique(np.linspace(0, count - 1, min(frames, count)).round().astype(int))
    cells = [_cell(hands[2 * int(frame) + view]) for frame in chosen for view in (0, 1)]
    try:
        written = cv2.imwrite(str(path), contact_sheet(cells, columns=8, cell=_CELL))
    except cv2.error:
        written = False
    if not written:
        raise SourceError(f"cannot write the sheet {path}; give a .png file in a folder that exists")


def _cell(sample: HandSample) -> HandSample:
    assert sample.joints_3d is not None
    assert sample.camera is not None
    known = np.isfinite(sample.spread)
    seen = np.where(known[:, None], project(sample.joints_3d, sample.camera), sample.joints_2d)
    crop = replace(crop_from_joints(sample.joints_2d, _MARGIN), angle=0.0)
    joints = apply_affine(crop_matrix(crop, _CELL), seen).astype(np.float32)
    return replace(sample, image=warp_crop(sample.image, crop, _CELL), joints_2d=joints, visible=known)
