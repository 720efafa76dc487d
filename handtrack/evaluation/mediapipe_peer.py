"""MediaPipe's landmark network as the estimator to beat: in one pass, and in many."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from handtrack.datasets.labelling.teacher import LandmarkTeacher, TeacherPasses
from handtrack.datasets.labelling.teacher_passes import PASSES, look_carefully
from handtrack.evaluation.estimators import HandPicture, JointsFound, lift
from handtrack.hand import Crop
from handtrack.skeleton import INDEX_MCP, MIDDLE_MCP, RING_MCP, WRIST

_PALM_AND_PIPS = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
_Z_SCALE = 0.4
"""The network's depth is in pixels of its crop times this (kLandmarksNormalizeZ in the same source)."""
_SIZE = 2.0  # crop side over the larger extent of those joints
_LIFT = 0.1  # how far the crop's centre moves towards the fingers, over the extent along the hand


class MediaPipeEstimator:
    """The full landmark network in one pass, on the crop that MediaPipe's own graph would take.

    The 3D answer is its world landmarks.
    """

    name = "MediaPipe"

    def __init__(self, teacher: LandmarkTeacher) -> None:
        self._teacher = teacher

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture."""
        return [self._found(picture, self._look(picture)) for picture in pictures]

    def _look(self, picture: HandPicture) -> TeacherPasses:
        return self._teacher.look(picture.image, [mediapipe_crop(picture.rough_joints)])

    def _found(self, picture: HandPicture, look: TeacherPasses) -> JointsFound:
        return JointsFound(look.joints_2d, look.world)


class MediaPipeImageEstimator(MediaPipeEstimator):
    """The same pass; the 3D answer is its image landmarks with their depth, as seen by the camera."""

    name = "MediaPipe, image z"

    def _found(self, picture: HandPicture, look: TeacherPasses) -> JointsFound:
        depth = (look.z[0] - look.z[0, WRIST]) / _Z_SCALE
        return JointsFound(look.joints_2d, lift(look.joints_2d[0], depth, picture.camera)[None])


class CarefulMediaPipeEstimator:
    """The same network as the careful labels use it: the median of many passes over each hand."""

    name = f"MediaPipe, {PASSES} passes"

    def __init__(self, teacher: LandmarkTeacher) -> None:
        self._teacher = teacher

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture."""
        looks = [look_carefully(self._teacher, picture.image, picture.rough_joints) for picture in pictures]
        return [
            JointsFound(
                np.median(look.joints_2d, axis=0, keepdims=True), np.median(look.world, axis=0, keepdims=True)
            )
            for look in looks
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
