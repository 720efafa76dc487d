"""Crops made again within a frame: when, how often, and what it is worth on a real hand that jumps."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from handtrack import Frame
from handtrack.hand import Crop, IterationEstimate
from handtrack.tracking import recropping
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.recropping import MOST_CROPS, estimate_again, lies_off
from handtrack.tracking.track import HandTrack

CROP = Crop((100.0, 100.0), 80.0, 0.2)


@pytest.mark.parametrize(
    ("wanted", "off"),
    [
        (replace(CROP, centre=(107.0, 100.0)), False),
        (replace(CROP, centre=(100.0, 109.0)), True),
        (replace(CROP, size=80 * 1.2), False),
        (replace(CROP, size=80 * 1.35), True),
        (replace(CROP, size=80 / 1.35), True),
        (replace(CROP, angle=0.2 + math.radians(20)), False),
        (replace(CROP, angle=0.2 - math.radians(30) + 2 * math.pi), True),
    ],
)
def test_a_crop_lies_off_by_place_size_or_direction(wanted, off):
    assert lies_off(CROP, wanted) is off


def _estimate(shift: float, presence: float = 0.9) -> CropEstimate:
    points = np.random.default_rng(0).uniform(100, 200, (21, 2)).astype(np.float32) + np.float32(shift)
    flat = np.zeros(21, np.float32)
    loop = IterationEstimate(points, np.zeros((21, 3), np.float32), flat, flat, 0.9)
    return CropEstimate((loop,), CarriedEstimate(points, flat, np.zeros((21, 2)), flat), presence, 0.9)


def _again(answers: list[CropEstimate], first: CropEstimate) -> tuple[int, HandTrack, CropEstimate]:
    """How often a hand that was at 0 and answers so is asked again, its track and its estimate."""
    track = HandTrack(1, _estimate(0).trace[-1].joints_2d, "right", 1.0)
    estimates, asked = [first], []

    def estimate(crops):
        asked.append(crops)
        return [answers[len(asked) - 1] for _ in crops]

    looked = estimate_again([track], estimates, lambda seen: seen.presence > 0.5, estimate)
    assert looked == [1 + len(asked)]
    return len(asked), track, estimates[0]


def test_a_calm_hand_is_estimated_once():
    calm = _estimate(2)
    assert _again([], calm)[0] == 0


def test_a_hand_that_moved_is_estimated_in_its_own_crop():
    settled = _estimate(42)
    asked, track, estimate = _again([settled], _estimate(40))
    assert (asked, estimate) == (1, settled)
    assert track.crop == track.crop_of(_estimate(40).trace[-1].joints_2d)


def test_a_hand_that_never_settles_costs_no_more_than_so_many_crops():
    assert _again([_estimate(80), _estimate(120)], _estimate(40))[0] == MOST_CROPS - 1


def test_a_crop_without_a_hand_is_not_believed():
    first = _estimate(40)
    before = HandTrack(1, _estimate(0).trace[-1].joints_2d, "right", 1.0).crop
    asked, track, estimate = _again([_estimate(42, presence=0.1), _estimate(42, presence=0.1)], first)
    assert estimate is first
    assert track.crop == before
    assert asked >= 1


def test_a_hand_that_jumps_is_right_in_the_same_frame(tracker, counting_clip, monkeypatch):
    """By a third of its size, between two frames of a real clip."""
    from tests.handtrack.tracking.test_tracker import _frames

    frames = _frames(counting_clip, 8, start=160)

    def error() -> float:
        """Of the joints after the jump, over those of a hand that did not jump, in hand sizes."""
        tracker.reset()
        for frame in frames[:-1]:
            (before,) = tracker.process_frame(frame).hands
        size = float(np.ptp(before.joints_2d, axis=0).max())
        last = frames[-1]
        step = np.array([0.0, 0.35 * size])
        matrix = np.column_stack([np.eye(2), step])
        moved = cv2.warpAffine(last.image, matrix, last.size, borderMode=cv2.BORDER_REPLICATE)
        (jumped,) = tracker.process_frame(Frame(moved, last.timestamp, last.index)).hands
        assert (before.crops, jumped.crops) in ((1, 2), (1, 3), (1, recropping.MOST_CROPS))
        tracker.reset()
        for frame in frames:
            (still,) = tracker.process_frame(frame).hands
        distances = np.linalg.norm(jumped.raw_joints_2d - step - still.raw_joints_2d, axis=1)
        return float(distances.mean()) / size

    with_it = error()
    monkeypatch.setattr(recropping, "MOST_CROPS", 1)
    assert with_it < 0.03
    assert with_it < 0.7 * error(), "the first crop alone is worse"
