from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from handtrack.datasets.patches import (
    PATCH_PIXELS,
    empty_windows,
    green_screen_mask,
    hand_patches,
    replace_background,
)
from handtrack.datasets.pseudo_labels import LabelledHand
from handtrack.datasets.splits import validation_mask
from handtrack.errors import ConfigError

BACKGROUND = [np.full((PATCH_PIXELS, PATCH_PIXELS, 3), (200, 10, 10), np.uint8)]


def _label(file: str, handedness: str = "right", angle: float = 0.0) -> LabelledHand:
    joints = np.stack([np.linspace(-20, 20, 21), np.linspace(40, -40, 21)], axis=1)
    joints[0], joints[9] = (0, 40), (0, -5)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    points = (joints @ turn.T + [160, 120]).astype(np.float32)
    depth = np.linspace(0, 10, 21).astype(np.float32)
    return LabelledHand(file, points, depth, np.ones(21, np.float32), handedness, 1.0)  # type: ignore[arg-type]


@pytest.fixture
def picture_root(tmp_path):
    image = np.full((240, 320, 3), 90, np.uint8)
    for x, y in _label("").joints_2d:
        cv2.circle(image, (round(float(x)), round(float(y))), 1, (255, 255, 255), -1)
    (tmp_path / "plain").mkdir()
    cv2.imwrite(str(tmp_path / "plain/hand.png"), image)
    green = image.copy()
    green[(image == 90).all(axis=2)] = (40, 220, 40)
    (tmp_path / "green").mkdir()
    cv2.imwrite(str(tmp_path / "green/hand.png"), green)
    return tmp_path


def test_joints_of_a_patch_lie_on_the_hand(picture_root):
    patches = hand_patches(picture_root, [_label("plain/hand.png")], BACKGROUND, seed=0)
    assert patches.images.shape == (1, PATCH_PIXELS, PATCH_PIXELS, 3)
    for x, y, _ in patches.joints[0]:
        assert patches.images[0, round(float(y)), round(float(x))].max() > 150
    assert patches.joints[0, 9, 1] < patches.joints[0, 0, 1], "turned upright"
    scale = np.linalg.norm(patches.joints[0, 9, :2] - patches.joints[0, 0, :2]) / 45
    assert np.allclose(patches.joints[0, :, 2], np.linspace(0, 10, 21) * scale, rtol=0.02)
    assert patches.source.tolist() == ["plain"]


def test_left_hands_are_mirrored(picture_root):
    right = hand_patches(picture_root, [_label("plain/hand.png")], BACKGROUND, seed=0)
    left = hand_patches(picture_root, [_label("plain/hand.png", "left")], BACKGROUND, seed=0)
    mirrored = left.joints[0, :, 0] * -1 + PATCH_PIXELS - 1
    assert np.allclose(mirrored, right.joints[0, :, 0], atol=0.6)


def test_green_screens_are_replaced(picture_root):
    patches = hand_patches(picture_root, [_label("green/hand.png")], BACKGROUND, seed=0)
    assert len(patches) == 3
    corner = patches.images[0, 5, 5].astype(int)
    assert corner[0] > 150
    assert corner[1] < 60


def test_an_ordinary_picture_is_no_green_screen():
    inside = np.ones((50, 50), bool)
    assert green_screen_mask(np.full((50, 50, 3), 120, np.uint8), inside) is None
    skin = np.full((50, 50, 3), (120, 150, 190), np.uint8)
    assert green_screen_mask(skin, inside) is None


def test_replacing_takes_green_light_off_the_hand():
    patch = np.full((4, 4, 3), (100, 140, 120), np.uint8)
    result = replace_background(patch, np.zeros((4, 4), np.float32), np.zeros((4, 4, 3), np.uint8))
    assert (result[..., 1] <= 120).all()


def test_empty_windows_keep_away_from_hands(tmp_path):
    image = np.zeros((300, 400, 3), np.uint8)
    image[:, 300:] = 255  # the "hand" covers the white part
    cv2.imwrite(str(tmp_path / "a.png"), image)
    hand = np.array([[300.0, 0.0], [400.0, 300.0]])
    windows = empty_windows(tmp_path, {"a.png": [hand]}, 20, seed=0)
    assert windows.shape[1:] == (PATCH_PIXELS, PATCH_PIXELS, 3)
    middle = windows[:, 70:-70, 70:-70]
    assert (middle < 128).all()


def test_validation_is_by_source_and_by_whole_file(tmp_path):
    rules = tmp_path / "splits.yaml"
    rules.write_text("validation_sources: [b]\nvalidation_every_second: [c]\n")
    files = np.array(["x/a/1.jpg", "x/b/1.jpg", "x/c/1.jpg", "x/c/1.jpg", "x/c/2.jpg", "x/c/3.jpg"])
    assert validation_mask(rules, files).tolist() == [False, True, True, True, False, True]


@pytest.mark.parametrize("text", ["", "just words", "validation_sources: [a]", "{broken"])
def test_a_bad_split_file_is_one_clear_error(tmp_path, text):
    rules = tmp_path / "splits.yaml"
    rules.write_text(text)
    with pytest.raises(ConfigError, match=r"splits\.yaml cannot be used"):
        validation_mask(rules, np.array(["a/b.jpg"]))
