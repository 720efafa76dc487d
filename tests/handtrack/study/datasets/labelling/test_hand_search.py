from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.cropping import apply_affine, crop_matrix
from handtrack.detectors.base import DetectedHand
from handtrack.geometry import hand_extent
from handtrack.hand import Crop, Handedness
from handtrack.study.datasets.labelling.hand_search import brightened, find_hands, same_hand
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.teacher import TeacherPasses

NO_BOXES = PictureFacts()


def drawn_hand(image: np.ndarray, x: int, y: int, size: int = 60) -> np.ndarray:
    """A green wedge in an image: wrist below, and a red dot that tells its left from its right."""
    points = np.array([(x, y + size // 2), (x - size // 3, y - size // 2), (x + size // 3, y - size // 2)])
    cv2.fillPoly(image, [points], (0, 200, 0))
    cv2.circle(image, (x + size // 6, y - size // 4), 5, (0, 0, 255), -1)
    return points


class WedgeDetector:
    """Finds drawn hands: joints on a line through each wedge and its dot, and a world along it."""

    def __init__(self, blind_to: int = 0) -> None:
        self.blind_to = blind_to
        self.calls = 0

    def detect(self, image_bgr: np.ndarray) -> list[DetectedHand]:
        self.calls += 1
        if self.calls <= self.blind_to:
            return []
        drawn = (image_bgr.max(axis=2) > 100).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(drawn)
        hands = []
        for i in range(1, count):
            if stats[i, cv2.CC_STAT_AREA] < 50:
                continue
            ys, xs = np.nonzero(labels == i)
            ry, rx = np.nonzero((labels == i) & (image_bgr[..., 2] > 100))
            if len(rx) == 0:
                continue  # a window has cut it through
            middle = np.array([xs.mean(), ys.mean()])
            dot = np.array([rx.mean(), ry.mean()]) - middle
            joints = middle + np.linspace(-2, 2, 21)[:, None] * dot
            world = np.zeros((21, 3), np.float32)
            world[:, :2] = dot / np.linalg.norm(dot)
            side: Handedness = "right" if dot[0] > 0 else "left"
            hands.append(DetectedHand(joints.astype(np.float32), world, side, 0.9))
        return hands

    def close(self) -> None: ...


class NoTeacher:
    def look(self, image: np.ndarray, crops: list[Crop]) -> TeacherPasses:
        raise AssertionError("there is nothing to ask the teacher")


class BoxTeacher:
    """Sees a hand in upright crops only: joints on a circle within the crop."""

    def __init__(self, presence: float = 0.95) -> None:
        self.presence = presence

    def look(self, image: np.ndarray, crops: list[Crop]) -> TeacherPasses:
        joints, presence = [], []
        for crop in crops:
            turn = np.linspace(0, 2 * np.pi, 21)
            inside = 112 + 40 * np.column_stack([np.sin(turn), -np.cos(turn)])
            inside[0] = (112, 160)
            matrix = crop_matrix(crop, 224)
            linear = np.linalg.inv(matrix[:, :2])
            joints.append(apply_affine(np.column_stack([linear, -linear @ matrix[:, 2]]), inside))
            presence.append(self.presence if abs(crop.angle) < 0.5 else 0.1)
        count = len(crops)
        return TeacherPasses(
            np.array(joints, np.float32),
            np.zeros((count, 21), np.float32),
            np.zeros((count, 21, 3), np.float32),
            np.array(presence, np.float32),
            np.ones(count, np.float32),
        )


def picture() -> np.ndarray:
    return np.zeros((240, 400, 3), np.uint8)


def test_a_hand_is_found_in_the_same_place_by_all_looks():
    image = picture()
    drawn_hand(image, 130, 120)
    (found,) = find_hands(WedgeDetector(), NoTeacher(), image, NO_BOXES)  # type: ignore[arg-type]
    (plain,) = WedgeDetector().detect(image)

    assert found.looks == 4
    assert np.abs(found.joints_2d.mean(axis=0) - plain.joints_2d.mean(axis=0)).max() < 1.0
    assert found.single is not None
    assert found.single.handedness == "right"
    assert np.allclose(found.single.world[0], plain.world[0], atol=0.05)


def test_hands_of_one_picture_stay_apart():
    image = picture()
    drawn_hand(image, 100, 120)
    drawn_hand(image, 300, 120)
    found = find_hands(WedgeDetector(), NoTeacher(), image, NO_BOXES)  # type: ignore[arg-type]

    assert sorted(round(float(hand.joints_2d[:, 0].mean()), -1) for hand in found) == [100, 300]
    assert [hand.looks for hand in found] == [4, 4]


def test_small_pictures_are_enlarged_and_the_joints_come_back_in_their_pixels():
    image = np.zeros((100, 100, 3), np.uint8)
    drawn_hand(image, 50, 50, 40)
    (found,) = find_hands(WedgeDetector(), NoTeacher(), image, NO_BOXES)  # type: ignore[arg-type]

    assert np.abs(found.joints_2d.mean(axis=0) - [50, 45]).max() < 3


def test_where_the_looks_find_nothing_a_closer_look_is_taken():
    image = picture()
    drawn_hand(image, 320, 170)
    # Four looks and the look at the whole picture once more see nothing.
    (found,) = find_hands(WedgeDetector(blind_to=5), NoTeacher(), image, NO_BOXES)  # type: ignore[arg-type]

    assert found.origin == "closer"
    assert found.single is None
    assert np.abs(found.joints_2d.mean(axis=0) - [320, 160]).max() < 6


def test_a_box_without_a_find_is_searched_by_the_teacher():
    image = picture()
    drawn_hand(image, 100, 120)
    boxes = PictureFacts(np.array([[60, 80, 140, 160], [260, 80, 340, 160]], np.float32))
    found = find_hands(WedgeDetector(), BoxTeacher(), image, boxes)  # type: ignore[arg-type]

    assert [hand.origin for hand in found] == ["looks", "box"]
    assert np.abs(found[1].joints_2d.mean(axis=0) - [300, 120]).max() < 6


def test_a_box_in_which_the_teacher_sees_no_hand_gives_none():
    box = PictureFacts(np.array([[260, 80, 340, 160]], np.float32))
    assert find_hands(WedgeDetector(), BoxTeacher(0.3), picture(), box) == []  # type: ignore[arg-type]


class OneHandTeacher:
    """Sees one hand, pointing up, in crops that hold all of it and little more."""

    joints = np.column_stack([np.linspace(260, 300, 21), 160 - 80 * np.sin(np.linspace(0, np.pi / 2, 21))])

    def look(self, image: np.ndarray, crops: list[Crop]) -> TeacherPasses:
        count = len(crops)
        seen = [apply_affine(crop_matrix(crop, 224), self.joints) / 224 for crop in crops]
        whole = [
            points.min() > 0 and points.max() < 1 and np.ptp(points, axis=0).max() > 0.3 for points in seen
        ]
        return TeacherPasses(
            np.array([self.joints if each else self.joints - 150 for each in whole], np.float32),
            np.zeros((count, 21), np.float32),
            np.zeros((count, 21, 3), np.float32),
            np.where(whole, 0.95, 0.1).astype(np.float32),
            np.ones(count, np.float32),
        )


def test_the_surrounding_of_nails_is_searched_for_their_hand():
    tips = OneHandTeacher.joints[[8, 12, 16, 20]]
    nails = np.concatenate([tips - 3, tips + 3], axis=1).astype(np.float32)
    (found,) = find_hands(WedgeDetector(), OneHandTeacher(), picture(), PictureFacts(nails=nails))  # type: ignore[arg-type]
    assert found.origin == "nails"
    assert np.allclose(found.joints_2d, OneHandTeacher.joints, atol=1e-3)
    elsewhere = PictureFacts(nails=nails + np.array([60, 0, 60, 0], np.float32))
    assert find_hands(WedgeDetector(), OneHandTeacher(), picture(), elsewhere) == []  # type: ignore[arg-type]


def test_a_picture_cut_out_around_a_hand_is_searched_as_a_whole():
    (found,) = find_hands(WedgeDetector(), BoxTeacher(), picture(), NO_BOXES)  # type: ignore[arg-type]

    assert found.origin == "box"
    assert np.abs(found.joints_2d.mean(axis=0) - [200, 120]).max() < 20


def test_only_dark_pictures_are_brightened():
    grey = np.full((20, 20, 3), 120, np.uint8)
    dark = np.full((20, 20, 3), 15, np.uint8)

    assert brightened(grey) is grey
    assert brightened(dark).mean() > 60
    assert dark.max() == 15


def test_finds_are_one_hand_when_their_joints_lie_close_for_its_size():
    joints = np.random.default_rng(0).uniform(0, 100, (21, 2))
    assert hand_extent(joints) == pytest.approx(np.ptp(joints, axis=0).max())
    assert same_hand(joints, joints + 10)
    assert not same_hand(joints, joints + 60)
    assert not same_hand(joints, joints.mean(axis=0) + (joints - joints.mean(axis=0)) * 0.2)
