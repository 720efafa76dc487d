"""Pictures that stand alone, with the shipped weights and real MediaPipe on real photos."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack import Frame, FrameResult
from handtrack.detectors.base import DetectedHand
from handtrack.hand import Crop, IterationEstimate, Still
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.settling import CUTS, presence_of_stills, settle_hands


@pytest.fixture(scope="module")
def photos(shared_data: Path) -> list[np.ndarray]:
    """Twelve photos of different persons, each followed by a face without hands."""
    hands = sorted((shared_data / "images" / "hagrid").glob("*.jpg"))[::8][:12]
    faces = sorted((shared_data / "images" / "faces_utez").glob("*.jpg"))[::4][:12]
    files = [file for pair in zip(hands, faces, strict=True) for file in pair]
    if len(files) < 24:
        pytest.skip("needs hagrid and faces_utez in ../shared/data/images")
    return [read(file) for file in files]


def read(file: Path) -> np.ndarray:
    image = cv2.imread(str(file))
    assert image is not None
    return image


def joints(result: FrameResult) -> list[np.ndarray]:
    return [hand.joints_2d for hand in result.hands]


def assert_alike(first: FrameResult, second: FrameResult) -> None:
    assert len(first.hands) == len(second.hands)
    for one, other in zip(joints(first), joints(second), strict=True):
        assert np.array_equal(one, other)


def test_a_photo_gives_the_same_hands_whatever_was_seen_before(tracker, photos):
    alone = [tracker.detect(photo) for photo in photos]
    assert sum(bool(result.hands) for result in alone[::2]) >= 10, "hands are found"
    for photo, expected in list(zip(photos, alone, strict=True))[::-1]:
        assert_alike(tracker.detect(photo), expected)


def test_a_photos_time_is_told_by_finder_and_network(tracker, photos):
    times = tracker.detect(photos[0]).timings
    assert times["detect"] > 0
    assert times["estimate"] > 0
    assert times["detect"] + times["estimate"] == pytest.approx(times["total"])


def test_no_hand_is_seen_on_a_face(tracker, shared_data):
    faces = sorted((shared_data / "images" / "faces_utez").glob("*.jpg"))
    for threshold in (0.0, 0.5):
        tracker.gate_threshold = threshold
        assert [file.name for file in faces if tracker.detect(read(file)).hands] == []


def test_a_still_leaves_the_hands_that_are_followed_as_they_are(tracker, photos, counting_clip):
    from tests.handtrack.tracking.test_tracker import _frames

    frames = _frames(counting_clip, 12)
    undisturbed = [tracker.process_frame(frame) for frame in frames]
    tracker.reset()
    disturbed = []
    for frame, photo in zip(frames, photos, strict=False):
        disturbed.append(tracker.process_frame(frame))
        still = tracker.detect(photo)
        assert still.frame.image is photo
    for one, other in zip(disturbed, undisturbed, strict=True):
        assert_alike(one, other)
        assert one.detector_ran == other.detector_ran
        assert one.frame.index == other.frame.index
    assert len({hand.track_id for result in disturbed for hand in result.hands}) == 1


def test_a_still_keeps_the_contract(tracker, photos):
    tracker.gate_threshold = 1.0
    result = next(result for photo in photos if (result := tracker.detect(photo)).hands)
    hand = result.hands[0]
    assert result.detector_ran
    assert result.gate_threshold == 1.0
    assert set(result.timings) == {"detect", "crop", "estimate", "smooth", "total"}
    assert hand.iterations == len(hand.trace) == tracker.max_iterations, "as many loops as the gate asks for"
    assert hand.joints_2d is hand.raw_joints_2d, "nothing is smoothed"
    assert hand.track_id == 1
    for array in (hand.joints_2d, hand.joints_3d, hand.sigma_2d, hand.sigma_3d):
        assert array.dtype == np.float32
        assert not array.flags.writeable


def test_a_frame_that_says_it_is_a_still_is_seen_as_one(tracker, photos):
    expected = tracker.detect(photos[0])
    frame = Frame(photos[0], 5.0, 3, still=Still("a.jpg", 1, 1))
    result = tracker.process_frame(frame)
    assert result.frame is frame
    assert_alike(result, expected)
    tracker.process_frame(Frame(photos[0], 4.0, 4, still=Still("a.jpg", 1, 1)))  # time says nothing


def test_tips_lie_where_a_person_measured_them(tracker, shared_data):
    """Thumb and index tips of 40 hands of other persons: within 3 % of the hand's box."""
    errors = []
    with (shared_data / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == "ti1k"][::20]
    for row in rows:
        image = read(shared_data / row["file"])
        height, width = image.shape[:2]
        words = row["labels"].replace("=", " ").split()
        tips = np.array([[words[1], words[2]], [words[4], words[5]]], float) * (width, height)
        left, top, right, bottom = map(float, row["boxes_xyxy_px"].split(";")[0].split())
        size = max(right - left, bottom - top)
        found = [
            np.linalg.norm(hand.joints_2d[[4, 8]] - tips, axis=1).mean() / size
            for hand in tracker.detect(image).hands
        ]
        errors += [min(found)] if found and min(found) < 0.5 else []
    assert len(errors) >= 30
    assert np.mean(errors) < 0.03


def _estimate(shift: float, presence: float, right: float = 0.9, sigma: float = 0.0) -> CropEstimate:
    points = np.random.default_rng(0).uniform(100, 200, (21, 2)).astype(np.float32) + np.float32(shift)
    flat = np.zeros(21, np.float32)
    loop = IterationEstimate(points, np.zeros((21, 3), np.float32), flat + np.float32(sigma), flat, 0.9)
    return CropEstimate((loop,), CarriedEstimate(points, flat, np.zeros((21, 2)), flat), presence, right)


def _detection(handedness, score: float) -> DetectedHand:
    return DetectedHand(_estimate(0, 1).trace[-1].joints_2d, np.zeros((21, 3)), handedness, score)


def test_each_crop_is_the_one_that_the_estimate_before_it_asks_for():
    crops: list[Crop] = []
    presences = iter([0.9, 0.7, 0.95])

    def estimate(given: list[Crop]) -> list[CropEstimate]:
        crops.append(given[0])
        other = [_estimate(0, 0.1) for _ in given[1:]]  # as the other side's hand it is none
        return [_estimate(10.0 * len(crops), next(presences)), *other]

    (hand,) = settle_hands([_detection("right", 0.9)], estimate, 0.5)
    assert len(crops) == CUTS == 3
    steps = np.diff([crop.centre for crop in crops], axis=0)
    assert np.allclose(steps, 10, atol=1e-3), "each follows the estimate before"
    assert hand.crop == crops[-1]
    assert hand.presence == 0.7, "one crop without a hand is enough"


@pytest.mark.parametrize(
    ("said", "score", "right", "believed"),
    [
        ("right", 0.55, 0.01, "left"),
        ("right", 0.99, 0.4, "right"),
        ("left", 0.6, 0.98, "right"),
        ("left", 0.99, 0.9, "left"),
    ],
)
def test_of_two_opinions_on_the_side_the_surer_one_holds(said, score, right, believed):
    mirrored: list[bool] = []

    def estimate(given: list[Crop]) -> list[CropEstimate]:
        mirrored.extend(crop.mirrored for crop in given)
        return [_estimate(0, 0.9, right) for _ in given]

    (hand,) = settle_hands([_detection(said, score)], estimate, 0.5)
    assert hand.handedness == believed
    assert mirrored == [False, True] * CUTS
    assert hand.crop.mirrored == (believed == "left")


@pytest.mark.parametrize("surer", ["right", "left"])
def test_the_side_that_is_seen_more_surely_is_it_where_nothing_else_tells(surer):
    def estimate(given: list[Crop]) -> list[CropEstimate]:
        return [
            _estimate(0, 0.9, 0.5, sigma=2.0 if crop.mirrored == (surer == "left") else 5.0) for crop in given
        ]

    (hand,) = settle_hands([_detection("right", 0.5)], estimate, 0.5)
    assert hand.handedness == surer


def test_a_hand_as_one_side_alone_is_of_that_side():
    def estimate(given: list[Crop]) -> list[CropEstimate]:
        return [_estimate(0, 0.9 if crop.mirrored else 0.2, 0.95) for crop in given]

    (hand,) = settle_hands([_detection("right", 0.9)], estimate, 0.5)
    assert hand.handedness == "left"


def test_what_the_network_is_lost_in_is_not_cut_again():
    lost = _estimate(float("nan"), 0.9)
    asked: list[int] = []

    def estimate(crops: list[Crop]) -> list[CropEstimate]:
        asked.append(len(crops))
        return [lost for _ in crops]

    assert settle_hands([_detection("right", 0.9)], estimate, 0.5) == []
    assert asked == [2]


def test_what_is_no_hand_in_one_crop_is_none_and_not_cut_again():
    asked: list[int] = []
    presences = iter([0.9, 0.9, 0.9, 0.9, 0.4, 0.4, 0.9, 0.9, 0.9, 0.9])

    def estimate(crops: list[Crop]) -> list[CropEstimate]:
        asked.append(len(crops))
        return [_estimate(0, next(presences)) for _ in crops]

    found = [_detection("right", 0.9), _detection("left", 0.9)]
    assert len(settle_hands(found, estimate, 0.5)) == 1
    assert asked == [4, 4, 2]


def test_a_still_needs_better_odds_than_a_frame_of_a_video():
    assert presence_of_stills(0.5) == pytest.approx(5 / 6)
    assert (presence_of_stills(0.0), presence_of_stills(1.0)) == (0.0, 1.0)
