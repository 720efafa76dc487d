"""The teacher's many passes over one hand: jittered, turned, scaled and mirrored crops, always the same."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from handtrack.cropping import crop_from_joints
from handtrack.hand import Crop
from handtrack.study.datasets.labelling.hand_search import TEACHER_MARGIN
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher, TeacherPasses

PASSES: Final = 16
_SETTLING = 2  # passes that only bring the crop to where the teacher itself sees the hand

# One row a pair of a plain and a mirrored pass: degrees, margin, and shifts in units of the crop's side.
# A plan that fills the square evenly beats chance at so few passes, and labels stay reproducible.
_PLAN: Final = (
    (0.0, 1.70, 0.00, 0.00),
    (-10.0, 1.50, 0.03, -0.02),
    (12.0, 1.60, -0.03, 0.03),
    (-20.0, 1.80, -0.04, -0.04),
    (22.0, 1.75, 0.04, 0.01),
    (-32.0, 1.65, 0.01, 0.04),
    (34.0, 1.90, -0.01, -0.03),
    (5.0, 2.05, 0.02, 0.02),
)
assert 2 * len(_PLAN) == PASSES


def look_carefully(teacher: LandmarkTeacher, image: np.ndarray, joints_2d: np.ndarray) -> TeacherPasses:
    """PASSES passes over the hand near joints (21, 2), in the picture (H, W, 3) BGR.

    The crop is first brought to where the teacher sees the hand; half of the passes are mirrored.
    """
    for step in range(_SETTLING):
        settled = teacher.look(image, [crop_from_joints(joints_2d, TEACHER_MARGIN, mirrored=step % 2 == 1)])
        if settled.presence[0] < 0.5:
            break
        joints_2d = settled.joints_2d[0]
    return teacher.look(
        image, [_varied(joints_2d, row, mirrored) for row in _PLAN for mirrored in (False, True)]
    )


def _varied(joints_2d: np.ndarray, plan: tuple[float, float, float, float], mirrored: bool) -> Crop:
    degrees, margin, shift_x, shift_y = plan
    crop = crop_from_joints(joints_2d, margin, mirrored)
    centre = (crop.centre[0] + shift_x * crop.size, crop.centre[1] + shift_y * crop.size)
    return Crop(centre, crop.size, crop.angle + math.radians(degrees), mirrored)
