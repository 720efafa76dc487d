from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from handtrack.study.datasets.hand_rows import SIZE, TAUGHT, X, Y, hand_of_joints
from handtrack.study.datasets.patches import Patches
from handtrack.study.datasets.sample import RENDERED
from handtrack.study.datasets.whole_pictures import WholePictures
from handtrack.study.training.finder.scenes import MOST_HANDS, Scenes
from handtrack.study.training.finder.settings import FinderSettings

SPOT = (0, 255, 255)


def _spotted(side: int, joints: np.ndarray) -> np.ndarray:
    """A dark picture with a bright disc where the hand is."""
    picture = np.full((side, side, 3), 30, np.uint8)
    row = hand_of_joints(joints, "right")
    cv2.circle(picture, (round(float(row[X])), round(float(row[Y]))), round(float(row[SIZE]) / 3), SPOT, -1)
    return picture


@pytest.fixture
def settings() -> FinderSettings:
    return FinderSettings(data=Path("data"), labels=Path("labels"), splits=Path("splits"), batch=24)


@pytest.fixture
def scenes(settings) -> Scenes:
    rng = np.random.default_rng(0)
    joints = (np.array([100, 104]) + rng.uniform(-35, 35, (6, 21, 2))).astype(np.float32)
    pictures = [_spotted(208, each) for each in joints]
    packed = [cv2.imencode(".jpg", picture)[1].ravel() for picture in pictures]
    whole = WholePictures(
        np.concatenate(packed),
        np.cumsum([len(each) for each in packed]),
        np.array(["a", "a", "a", "b", "b", "c"]),
        [hand_of_joints(each, "right")[None] for each in joints],
    )
    mattes = np.zeros((6, 104, 104), np.uint8)
    mattes[:, 30:75, 30:75] = 255
    parts = [
        Patches(
            np.stack(pictures),
            np.concatenate([joints, np.zeros((6, 21, 1), np.float32)], axis=2),
            np.zeros((6, 21), np.float32),
            np.full(6, source),
            np.arange(6).astype(np.str_),
            mattes,
        )
        for source in ("real", RENDERED)
    ]
    return Scenes(settings, whole, parts, np.full((4, 208, 208, 3), 60, np.uint8))


def test_scenes_are_determined_by_the_step(scenes):
    first, again, other = scenes.at(5), scenes.at(5), scenes.at(6)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1].nan_to_num(-1), again[1].nan_to_num(-1))
    assert not torch.equal(first[0], other[0])


def test_hands_are_where_the_scene_shows_them(scenes):
    """Where a hand is to be found there is the spot that it was drawn as, in the scene before its looks."""
    rng = np.random.default_rng(1)
    seen = 0
    for _ in range(60):
        scene = np.zeros((160, 160, 3), np.uint8)
        for hand in scenes._compose(scene, rng):
            inside = np.all((hand[[X, Y]] > 4) & (hand[[X, Y]] < 155))
            if hand[TAUGHT] and hand[SIZE] > 14 and inside:
                colour = scene[round(float(hand[Y])), round(float(hand[X]))].astype(int)
                assert np.abs(colour - SPOT).max() < 60
                seen += 1
    assert seen > 40


def test_small_and_hidden_hands_teach_nothing(scenes):
    hands = np.array(
        [
            [80, 80, 40, 0, -1, 1, 1],
            [80, 80, 5, 0, -1, 1, 1],  # a few pixels
            [-10, 80, 40, 0, -1, 1, 1],  # its middle is outside
            [-60, 80, 40, 0, -1, 1, 1],  # all of it is
            [80, 80, 300, 0, -1, 1, 1],  # larger than the scene
        ],
        np.float32,
    )
    assert scenes._seen(hands)[:, TAUGHT].tolist() == [1, 0, 0, 0]


def test_a_batch_is_what_the_network_takes(scenes, settings):
    pictures, hands = scenes.at(0)
    assert pictures.shape == (24, 3, 160, 160)
    assert pictures.abs().max() <= 2.0
    assert hands.shape == (24, MOST_HANDS, 7)
    count = torch.isfinite(hands[..., SIZE]).sum(dim=1)
    assert 0 < count.float().mean() < 3
    assert (count == 0).any(), "some scenes have no hand"
