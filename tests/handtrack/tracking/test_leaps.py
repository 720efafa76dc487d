"""Hands that move far in a frame are estimated both ways, and the surer one counts."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.hand import IterationEstimate
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.leaps import estimate_followed
from handtrack.tracking.track import HandTrack

POINTS = np.random.default_rng(0).uniform(100, 200, (21, 2)).astype(np.float32)
FLAT = np.zeros(21, np.float32)


def estimate_with(sigma: float, presence: float = 0.9) -> CropEstimate:
    """sigma: pixels."""
    loop = IterationEstimate(POINTS, np.zeros((21, 3), np.float32), FLAT + np.float32(sigma), FLAT, 0.9)
    return CropEstimate((loop,), CarriedEstimate(POINTS, FLAT, np.zeros((21, 2)), FLAT), presence, 0.9)


def followed(shift: float, track_id: int = 1, at: float = 0.0) -> HandTrack:
    """A hand that moved by so many pixels a frame, as it is before its third frame."""
    points = POINTS + np.float32(at)
    track = HandTrack(track_id, points, "right", 1.0)
    for frame in range(2):
        moved = points + np.array([shift * frame, 0], np.float32)
        track.follow(moved, CarriedEstimate(moved, FLAT, np.ones((21, 2)), FLAT), frame / 30)
    track.predict(2 / 30)
    return track


def asked(
    tracks: list[HandTrack], warm: CropEstimate, afresh: CropEstimate
) -> tuple[list[CropEstimate], list[bool]]:
    """What comes of it for each hand: its estimate, and whether it was begun from the frame before."""

    def estimate(pictures, crops, *, carried):
        assert len(pictures) == len(crops) == len(carried)
        return [afresh if start is None else warm for start in carried]

    pictures = np.zeros((len(tracks), 2, 2, 3), np.uint8)
    estimates, carried = estimate_followed(tracks, pictures, lambda seen: seen.presence > 0.5, estimate)
    return estimates, [start is not None for start in carried]


@pytest.mark.parametrize(
    ("shift", "afresh", "taken"),
    [
        (5.0, estimate_with(1), False),
        (40.0, estimate_with(1), True),
        (40.0, estimate_with(3.5), True),
        (40.0, estimate_with(4.5), False),
        (40.0, estimate_with(1, presence=0.2), False),
    ],
    ids=["a calm hand", "surer afresh", "nearly as sure", "lost afresh", "no hand afresh"],
)
def test_a_hand_that_leaps_is_seen_afresh_unless_that_is_less_sure(shift, afresh, taken):
    warm = estimate_with(3)
    estimates, held = asked([followed(shift)], warm, afresh)
    assert estimates == [afresh if taken else warm]
    assert held == [not taken]


def test_beside_another_hand_the_frame_before_is_believed():
    warm, afresh = estimate_with(3), estimate_with(1)
    assert asked([followed(40.0), followed(0.0, 2, at=60.0)], warm, afresh)[0] == [warm, warm]
    assert asked([followed(40.0), followed(0.0, 2, at=600.0)], warm, afresh)[0] == [afresh, warm]


def test_without_warm_starts_nothing_is_estimated_twice():
    track = followed(40.0)
    track.carried = None
    calls = []

    def estimate(pictures, crops, *, carried):
        calls.append(len(crops))
        return [estimate_with(1) for _ in crops]

    estimate_followed([track], np.zeros((1, 2, 2, 3), np.uint8), lambda seen: True, estimate)
    assert calls == [1]


def test_a_hand_stops_leaping_when_it_stands():
    track = followed(40.0)
    assert track.leaps
    for frame in (2, 3):
        track.follow(POINTS + np.float32(40), track.carried, frame / 30)
    track.predict(4 / 30)
    assert not track.leaps
