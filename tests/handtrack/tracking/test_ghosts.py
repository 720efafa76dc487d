"""Hands that are gone are not shown any more: what holds a belief up is looked at afresh."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack import Frame
from handtrack.hand import Crop, IterationEstimate
from handtrack.tracking import HandTracker
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.settling import is_borne_out, look_afresh
from handtrack.tracking.track import HandTrack

CROP = Crop((100.0, 100.0), 80.0, 0.0)


def estimate(presence: float, sigma: float) -> CropEstimate:
    """sigma: in extents of the hand, which is 100 pixels."""
    points = np.zeros((21, 2), np.float32)
    points[1:] = np.linspace(0, 100, 20, dtype=np.float32)[:, None]
    sigmas = np.full(21, 100 * sigma, np.float32)
    loop = IterationEstimate(points, np.zeros((21, 3), np.float32), sigmas, sigmas, 0.9)
    return CropEstimate((loop,), CarriedEstimate(points, sigmas, np.zeros((21, 2)), sigmas), presence, 0.9)


@pytest.mark.parametrize(
    ("held", "fresh", "believed"),
    [
        (estimate(0.97, 0.06), estimate(0.97, 0.4), "fresh"),
        (estimate(1.0, 0.15), estimate(1.0, 0.4), "fresh"),
        (estimate(0.97, 0.06), estimate(0.97, 0.1), "held"),
    ],
    ids=["unlike a hand", "unsure", "a hand after all"],
)
def test_what_is_doubtful_is_looked_at_afresh(held, fresh, believed):
    estimates = [held]
    look_afresh([CROP], estimates, [True], lambda crops: [fresh for _ in crops])
    assert estimates[0] is {"held": held, "fresh": fresh}[believed]


def test_a_calm_hand_is_not_looked_at_twice():
    asked: list[list[Crop]] = []

    def estimated(crops: list[Crop]) -> list[CropEstimate]:
        asked.append(crops)
        return [estimate(1.0, 0.4) for _ in crops]

    look_afresh([CROP], [estimate(1.0, 0.03)], [True], estimated)
    look_afresh([CROP], [estimate(0.9, 0.4)], [False], estimated)  # it was looked at afresh just now
    assert asked == []


def _ghosts_on_faces(tracker: HandTracker, counting_clip: Path, shared_data: Path) -> list[int]:
    """Frames with a hand after a cut from one to a person without, of whom no picture was trained on."""
    from tests.handtrack.tracking.test_tracker import _frames

    hand = _frames(counting_clip, 4, start=100)
    width, height = hand[0].size
    faces = [shared_data / "images" / "faces_utez" / f"000{number}.jpg" for number in (69, 74, 76, 85, 88)]
    ghosts = []
    for file in faces:
        face = cv2.imread(str(file))
        assert face is not None
        tracker.reset()
        for number, frame in enumerate(hand):
            tracker.process_frame(Frame(frame.image, number / 30, number))
        # Grown until it covers the frame: the face is about where the hand was.
        scale = max(width / face.shape[1], height / face.shape[0])
        grown = cv2.resize(face, None, fx=scale, fy=scale)
        left = (grown.shape[1] - width) // 2
        shown = np.ascontiguousarray(grown[:height, left : left + width])
        results = [tracker.process_frame(Frame(shown, (4 + k) / 30, 4 + k)) for k in range(10)]
        ghosts.append(sum(bool(result.hands) for result in results[2:]))
    return ghosts


def test_no_hand_goes_on_over_a_face(tracker, counting_clip, shared_data):
    assert _ghosts_on_faces(tracker, counting_clip, shared_data) == [0] * 5


def test_a_hand_long_in_doubt_must_bear_what_a_new_one_has_to():
    """A face held a hand's joints up for fourteen frames, at a presence of 0.6 to 0.8 and a small sigma."""
    asked: list[list[Crop]] = []

    def turned(seen: CropEstimate) -> Callable[[list[Crop]], list[CropEstimate]]:
        def look(crops: list[Crop]) -> list[CropEstimate]:
            asked.append(crops)
            return [seen for _ in crops]

        return look

    assert not is_borne_out(CROP, estimate(0.7, 0.055), turned(estimate(0.6, 0.3)))
    assert is_borne_out(CROP, estimate(0.8, 0.03), turned(estimate(0.8, 0.03)))
    assert not is_borne_out(CROP, estimate(0.8, 0.03), turned(estimate(0.01, 0.03))), (
        "the least presence counts"
    )
    assert [crop.angle for crop in asked[0]] == [0.4, -0.4]


def test_doubt_is_long_from_the_second_frame_on():
    track = HandTrack(1, estimate(1.0, 0.03).trace[-1].joints_2d, "right", 1.0)
    low = [track.is_long_in_doubt(presence) for presence in (0.8, 0.99, 0.7, 0.6, 0.85, 0.95, 0.5)]
    assert low == [False, False, False, True, True, False, False]


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_no_hand_goes_on_over_a_face_with_the_exact_encoder_either(engine, counting_clip, shared_data):
    with HandTracker.load(engine=engine) as exact:
        assert _ghosts_on_faces(exact, counting_clip, shared_data) == [0] * 5
