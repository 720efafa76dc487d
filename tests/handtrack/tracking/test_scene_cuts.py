"""Cuts are told from all else that changes a picture at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack import HandTracker
from handtrack.tracking.scene_cuts import SceneCuts

FRAME = 1 / 30


@pytest.fixture(scope="module")
def pictures(shared_data: Path) -> list[np.ndarray]:
    """Every fortieth of all photos, of many people and rooms."""
    files = sorted((shared_data / "images").glob("*/*.jpg"))[::40]
    read = (cv2.imread(str(file)) for file in files)
    return [
        cv2.resize(image, (640, 480), interpolation=cv2.INTER_AREA) for image in read if image is not None
    ]


def cuts(*images: np.ndarray, apart: float = FRAME) -> int:
    scenes = SceneCuts()
    return sum(scenes.is_cut(image, number * apart) for number, image in enumerate(images))


def frames(path: Path) -> Iterator[np.ndarray]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def test_most_cuts_from_one_scene_to_another_are_seen(pictures):
    found = [cuts(before, after) for before, after in zip(pictures, pictures[100:], strict=False)]
    assert len(found) > 150
    assert np.mean(found) > 0.85


def test_a_camera_that_turns_makes_no_cut(pictures):
    for share in (0.05, 0.1, 0.2):
        by = round(416 * share)
        turned = [cuts(image[:, :416], image[:, by : by + 416]) for image in pictures]
        assert sum(turned) <= 0.005 * len(turned), share


def test_light_noise_and_what_comes_before_the_camera_make_no_cut(pictures):
    noise = np.random.default_rng(0).normal(0, 15, pictures[0].shape)
    for image in pictures[::4]:
        noisy = np.clip(image + noise, 0, 255).astype(np.uint8)
        dark = (image * 0.4).astype(np.uint8)
        covered = image.copy()
        covered[:, : 640 // 4] = (90, 120, 180)
        assert cuts(image, noisy, image, dark, image, covered, image) == 0


def test_a_picture_without_anything_is_passed_over(pictures):
    image, other = pictures[0], pictures[100]
    black = np.zeros_like(image)
    assert cuts(image, black, image) == 0
    assert cuts(image, black, other) == 1
    assert cuts(black, image) == 0, "nothing was there before"


def test_a_moment_later_anything_may_have_changed(pictures):
    assert cuts(pictures[0], pictures[100], apart=0.5) == 0
    assert cuts(pictures[0], pictures[100][:, ::2]) == 0, "a picture of another size starts anew by itself"


@pytest.mark.parametrize("shape", [(4, 640, 3), (640, 4, 3), (1, 1, 3), (2160, 3840, 3)])
def test_pictures_of_any_shape_are_compared(shape):
    noise = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    assert cuts(noise, noise, np.zeros_like(noise), noise) == 0


def test_what_was_before_is_forgotten_when_asked(pictures):
    scenes = SceneCuts()
    assert not scenes.is_cut(pictures[0], 0.0)
    scenes.clear()
    assert not scenes.is_cut(pictures[100], FRAME)


def test_no_clip_that_was_not_cut_has_one(shared_data):
    clips = sorted((shared_data / "clips").glob("**/*.mp4"))
    assert len(clips) > 5
    assert {clip.name: cuts(*islice(frames(clip), 150)) for clip in clips} == {clip.name: 0 for clip in clips}


def test_a_hand_after_a_cut_is_another_one_and_found_at_once(shared_data):
    """Two hands of two people, at the same place: the second one had the first one's number."""
    clips = (("counting_hand.mp4", 25), ("fast/rotation_1.mp4", 15))
    counting, turning = (
        [cv2.resize(image, (640, 480)) for image in islice(frames(shared_data / "clips" / name), 5, last)]
        for name, last in clips
    )
    with HandTracker.load(max_hands=1) as tracker:
        numbers = [
            [hand.track_id for hand in tracker.process(image, number * FRAME).hands]
            for number, image in enumerate(counting + turning)
        ]
    before, after = numbers[: len(counting)], numbers[len(counting) :]
    assert all(after), "each frame has its hand"
    assert {number for each in before for number in each}.isdisjoint(after[0] + after[-1])
    assert after[0] == after[-1]
