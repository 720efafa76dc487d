"""Where the tracker says that real and rendered hands are before the camera."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from handtrack import HandTracker
from handtrack.config import TrackerSettings
from handtrack.geometry import Intrinsics, palm_scale
from handtrack.hand import Frame, Hand
from handtrack.position import wrist_distance
from handtrack.skeleton import WRIST
from handtrack.sources.demo_clip import demo_clip
from handtrack.sources.labelled_video import LabelledVideoSource
from tests.handtrack.test_position import place_of

FRAMES = 40


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    """The first frames of the shipped clip of a rendered hand, with its truth."""
    source = LabelledVideoSource(demo_clip())
    source.open()
    try:
        return list(itertools.islice(iter(source.read, None), FRAMES))
    finally:
        source.close()


def followed(frames: list[Frame], **settings: object) -> list[Hand]:
    values = TrackerSettings(max_hands=1, **settings)
    with HandTracker.load(settings=values) as tracker:
        results = [tracker.process(frame.image, frame.timestamp) for frame in frames]
    return [hand for result in results for hand in result.hands]


def test_a_followed_hand_is_placed_on_its_wrists_ray_near_the_truth(frames: list[Frame]) -> None:
    camera = Intrinsics.from_field_of_view(*frames[0].size, 60)
    true = [each.truth[0] for each in frames if each.truth]
    palm = palm_scale(true[0].joints_3d)
    hands = followed(frames, palm_length=palm)

    assert len(hands) == FRAMES
    places = np.array([hand.wrist_position for hand in hands])
    shown = np.array([hand.joints_2d[WRIST] for hand in hands])
    on_screen = places[:, :2] / places[:, 2:] * camera.focal + np.array(camera.centre)
    assert on_screen == pytest.approx(shown, abs=0.05)
    # The truth is wrist-relative; together with its pixels it says where the hand is.
    distance = np.array([wrist_distance(each.joints_2d, each.joints_3d, camera) for each in true])
    assert np.median(np.abs(places[:, 2] / distance - 1)) < 0.15
    sigma = np.array([hand.sigma_position for hand in hands])
    assert ((sigma > 0) & (sigma < 0.3)).all()
    assert (sigma[:, 2] > sigma[:, :2].max(axis=1)).all(), "one camera is least sure of the distance"


def distances(frames: list[Frame]) -> tuple[np.ndarray, np.ndarray]:
    """Of one followed hand: z as it is given, and z of the unsmoothed joints."""
    hands = followed(frames)
    camera = Intrinsics.from_field_of_view(*frames[0].size, 60)
    raw = [wrist_distance(hand.raw_joints_2d, hand.raw_joints_3d, camera) for hand in hands]
    return np.array([place_of(hand)[2] for hand in hands]), np.array(raw)


def test_the_place_of_a_resting_hand_is_calm(frames: list[Frame]) -> None:
    image, random = frames[-1].image, np.random.default_rng(0)
    grainy = [image + random.normal(0, 6, image.shape) for _ in range(FRAMES)]
    still = [Frame(each.clip(0, 255).astype(np.uint8), i / 30, i) for i, each in enumerate(grainy)]

    smooth, raw = distances(still)

    assert np.abs(np.diff(smooth, 2)).mean() < 0.4 * np.abs(np.diff(raw, 2)).mean()


def test_the_place_of_a_moving_hand_does_not_fall_behind(frames: list[Frame]) -> None:
    smooth, raw = distances(frames)

    assert np.ptp(raw) > 0.05
    assert np.abs(np.log(smooth / raw)).mean() < 0.02


def test_a_hand_in_a_picture_and_in_its_mirror_image_stand_opposite(frames: list[Frame]) -> None:
    image = frames[0].image
    with HandTracker.load(settings=TrackerSettings(max_hands=1)) as tracker:
        (plain,) = tracker.detect(image).hands
        (mirrored,) = tracker.detect(cv2.flip(image, 1)).hands

    assert place_of(mirrored) == pytest.approx(place_of(plain) * [-1, 1, 1], abs=0.03)
    x = plain.joints_2d[WRIST, 0] - image.shape[1] / 2
    assert np.sign(place_of(plain)[0]) == np.sign(x)
