from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from handtrack.cropping import apply_affine, crop_matrix
from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.hand import Crop
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher, TeacherPasses
from handtrack.study.evaluation.estimators import HandPicture
from handtrack.study.evaluation.mediapipe_peer import (
    CarefulMediaPipeEstimator,
    MediaPipeEstimator,
    MediaPipeImageEstimator,
    OnePass,
    mediapipe_crop,
)
from handtrack.study.evaluation.metrics import aligned_errors_mm, image_errors_percent
from tests.handtrack.study.evaluation.conftest import spread_hand

PICTURE = "images/hagrid/palm_00012.jpg"


def test_the_crop_is_mediapipes() -> None:
    joints = np.zeros((21, 2))
    joints[:, 0] = 100
    joints[0] = (100, 200)  # wrist
    joints[[1, 2, 3, 5, 6]] = (80, 150)
    joints[[9, 10, 13, 14, 17, 18]] = (110, 120)
    joints[[4, 8, 12, 16, 20]] = (100, 0)  # tips do not count
    joints[[7, 11, 15, 19]] = (100, 60)

    crop = mediapipe_crop(joints)

    # Up is from the wrist to index/4 + middle/2 + ring/4 of the MCPs.
    up = np.array([80 / 4 + 110 / 2 + 110 / 4, 150 / 4 + 120 / 2 + 120 / 4]) - [100, 200]
    assert crop.angle == pytest.approx(math.atan2(up[0], -up[1]))
    matrix = crop_matrix(crop, 200)
    counted = apply_affine(matrix, joints[[0, 5, 9]])
    extent = np.ptp(counted, axis=0)
    # Twice as large as the joints that count, whose box lies lower by a tenth of its height.
    assert extent.max() == pytest.approx(100)
    middle = (counted.min(axis=0) + counted.max(axis=0)) / 2
    assert middle == pytest.approx([99.5, 99.5 + 0.1 * extent[1]])
    assert not crop.mirrored


def test_turning_the_hand_turns_the_crop() -> None:
    joints = spread_hand()[:, :2] * 1000 + [200, 300]
    crop = mediapipe_crop(joints)
    turned = mediapipe_crop(joints @ np.array([[0.0, 1.0], [-1.0, 0.0]]))  # a quarter turn clockwise

    assert turned.size == pytest.approx(crop.size)
    assert math.remainder(turned.angle - crop.angle - math.pi / 2, math.tau) == pytest.approx(0, abs=1e-6)


@pytest.fixture(scope="module")
def seen(shared_data: Path, hand_bundle: Path) -> tuple[LandmarkTeacher, HandPicture, np.ndarray]:
    """The landmark network, a real hand as MediaPipe's own graph sees it, and its world landmarks."""
    image = read_picture(shared_data, PICTURE)
    detector = MediaPipeHandDetector(hand_bundle, 1)
    hand = detector.detect(image)[0]
    detector.close()
    return LandmarkTeacher(hand_bundle), HandPicture(image, hand.joints_2d, hand.handedness), hand.world


def test_one_pass_says_what_mediapipes_graph_says(
    seen: tuple[LandmarkTeacher, HandPicture, np.ndarray],
) -> None:
    teacher, picture, world = seen

    [found] = MediaPipeEstimator(OnePass(teacher)).find([picture])

    assert image_errors_percent(found.joints_2d[0], picture.rough_joints).mean() < 3
    assert aligned_errors_mm(found.joints_3d[0], world).mean() < 5


def test_depth_in_the_image_has_the_size_of_the_hand(
    seen: tuple[LandmarkTeacher, HandPicture, np.ndarray],
) -> None:
    teacher, picture, world = seen

    [found] = MediaPipeImageEstimator(OnePass(teacher)).find([picture])

    ranges = np.ptp(found.joints_3d[0], axis=0)
    expected = np.ptp(world, axis=0)
    assert ranges[2] / ranges[:2].max() == pytest.approx(expected[2] / expected[:2].max(), rel=0.7)
    assert aligned_errors_mm(found.joints_3d[0], world).mean() < 12


def test_estimators_that_read_one_pass_differently_share_it() -> None:
    class Counting:
        looks = 0

        def look(self, image: np.ndarray, crops: Sequence[Crop]) -> TeacherPasses:
            self.looks += 1
            number = np.full(1, self.looks, np.float32)
            flat = np.full((1, 21), self.looks, np.float32)
            points = np.repeat(flat[..., None], 3, axis=2)
            return TeacherPasses(points[..., :2], flat, points, number, number)

    teacher = Counting()
    once = OnePass(cast(LandmarkTeacher, teacher))
    joints = spread_hand()[:, :2] * 1000
    pictures = [HandPicture(np.zeros((4, 4, 3), np.uint8), joints, "right") for _ in range(3)]

    world = MediaPipeEstimator(once).find(pictures)
    image = MediaPipeImageEstimator(once).find(pictures)
    again = MediaPipeEstimator(once).find(list(pictures))

    assert teacher.looks == 6
    assert [found.joints_2d[0, 0, 0] for found in world] == [1, 2, 3]
    assert [found.joints_2d[0, 0, 0] for found in image] == [1, 2, 3]
    assert [found.joints_2d[0, 0, 0] for found in again] == [4, 5, 6]


def test_many_passes_give_one_answer_near_that_of_one(
    seen: tuple[LandmarkTeacher, HandPicture, np.ndarray],
) -> None:
    teacher, picture, world = seen

    [found] = CarefulMediaPipeEstimator(teacher).find([picture])

    assert found.joints_2d.shape == (1, 21, 2)
    assert image_errors_percent(found.joints_2d[0], picture.rough_joints).mean() < 3
    assert aligned_errors_mm(found.joints_3d[0], world).mean() < 9


def test_the_passes_of_two_networks_count_alike(
    seen: tuple[LandmarkTeacher, HandPicture, np.ndarray],
) -> None:
    teacher, picture, _ = seen

    [once] = CarefulMediaPipeEstimator(teacher).find([picture])
    [twice] = CarefulMediaPipeEstimator(teacher, teacher, name="both").find([picture])

    # Each pass twice has the same middle.
    assert twice.joints_2d == pytest.approx(once.joints_2d, abs=1e-2)
    assert CarefulMediaPipeEstimator(teacher, name="both").name == "both, 16 passes"
