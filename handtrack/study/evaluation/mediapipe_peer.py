"""MediaPipe's landmark networks as the estimators to beat: full and lite in one pass, full in many."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from handtrack.hand import Crop
from handtrack.skeleton import INDEX_MCP, MIDDLE_MCP, RING_MCP, WRIST
from handtrack.study.datasets.labelling.combined_looks import combine_passes
from handtrack.study.datasets.labelling.depth_reader import read_depth
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher, TeacherPasses, joined_passes
from handtrack.study.datasets.labelling.teacher_passes import PASSES, look_carefully
from handtrack.study.evaluation.estimators import HandPicture, JointsFound, lift

FULL = "MediaPipe full"
LITE = "MediaPipe lite"
BOTH = "MediaPipe full and lite"
IMAGE_Z = ", image z"
CAREFUL = f", {PASSES} passes"

_PALM_AND_PIPS = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
_Z_SCALE = 0.4
"""The network's depth is in pixels of its crop times this (kLandmarksNormalizeZ in the same source)."""
_SIZE = 2.0  # crop side over the larger extent of those joints
_LIFT = 0.1  # how far the crop's centre moves towards the fingers, over the extent along the hand


class OnePass:
    """A landmark network's one pass over each hand, on the crop that MediaPipe's own graph would take.

    The last pictures' passes are kept, so that estimators that read them differently can share them.
    """

    def __init__(self, teacher: LandmarkTeacher) -> None:
        self._teacher = teacher
        self._pictures: Sequence[HandPicture] | None = None
        self._passes: list[TeacherPasses] = []

    def over(self, pictures: Sequence[HandPicture]) -> list[TeacherPasses]:
        """The pass over every picture."""
        if pictures is not self._pictures:
            self._passes = [
                self._teacher.look(picture.image, [mediapipe_crop(picture.rough_joints)])
                for picture in pictures
            ]
            self._pictures = pictures
        return self._passes


class MediaPipeEstimator:
    """A landmark network of MediaPipe's used once; the 3D answer is its world landmarks."""

    def __init__(self, once: OnePass, name: str = FULL) -> None:
        self.name = name
        self._once = once

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture."""
        return [JointsFound(look.joints_2d, look.world) for look in self._once.over(pictures)]


class MediaPipeImageEstimator:
    """The same; the 3D answer is its image landmarks with their depth, as seen by the camera."""

    def __init__(self, once: OnePass, name: str = FULL) -> None:
        self.name = name + IMAGE_Z
        self._once = once

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture."""
        found = []
        for picture, look in zip(pictures, self._once.over(pictures), strict=True):
            depth = (look.z[0] - look.z[0, WRIST]) / _Z_SCALE
            points = lift(look.joints_2d[0], depth, picture.camera)
            found.append(JointsFound(look.joints_2d, points[None], depth[None]))
        return found


class CarefulMediaPipeEstimator:
    """Landmark networks as the careful labels use the full one: many passes over each hand, depth read."""

    def __init__(self, *teachers: LandmarkTeacher, name: str = FULL) -> None:
        """teachers: each makes as many passes, and all passes count alike."""
        self.name = name + CAREFUL
        self._teachers = teachers

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture."""
        looks = combine_passes(
            [
                joined_passes(
                    [
                        look_carefully(teacher, picture.image, picture.rough_joints)
                        for teacher in self._teachers
                    ]
                )
                for picture in pictures
            ]
        )
        right = np.array([picture.handedness == "right" for picture in pictures])
        depths = read_depth(looks, right)
        return [
            JointsFound(joints[None], lift(joints, depth, picture.camera)[None], depth[None])
            for joints, depth, picture in zip(looks.joints_2d, depths, pictures, strict=True)
        ]


def mediapipe_crop(joints_2d: np.ndarray) -> Crop:
    """The crop that MediaPipe's hand tracking takes for the next frame from joints (21, 2) in pixels.

    Source: hand_landmarks_to_rect_calculator.cc and hand_landmarks_detector_graph.cc of MediaPipe.
    """
    knuckles = (joints_2d[INDEX_MCP] + joints_2d[RING_MCP]) / 4 + joints_2d[MIDDLE_MCP] / 2
    up = knuckles - joints_2d[WRIST]
    angle = math.atan2(float(up[0]), float(-up[1]))
    to_upright = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    upright = joints_2d[list(_PALM_AND_PIPS)] @ to_upright.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    extent = high - low
    centre = to_upright.T @ ((low + high) / 2 - [0.0, _LIFT * extent[1]])
    return Crop((float(centre[0]), float(centre[1])), _SIZE * max(float(extent.max()), 1.0), angle)
