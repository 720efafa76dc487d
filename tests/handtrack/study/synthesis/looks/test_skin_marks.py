from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS
from handtrack.study.synthesis.looks.skin_marks import (
    SHEET_CORNER,
    SHEET_PIXELS,
    SHEET_SIDE,
    FlatHand,
    flat_hand,
    paint_marks,
)
from tests.handtrack.study.synthesis.placed_hands import mesh_or_skip

PALM, BACK = 0, 1
HEIGHT, DARK, BLOOD, NAIL = range(4)


@pytest.fixture(scope="module")
def hand() -> FlatHand:
    return flat_hand(mesh_or_skip())


@pytest.fixture(scope="module")
def sheet(hand: FlatHand) -> np.ndarray:
    return paint_marks(np.random.default_rng(0), hand)


def window(sheet: np.ndarray, side: int, channel: int, place: np.ndarray, reach: float = 0.003) -> np.ndarray:
    pixel = (place - SHEET_CORNER) / SHEET_SIDE * SHEET_PIXELS
    size = round(reach / SHEET_SIDE * SHEET_PIXELS)
    x, y = np.round(pixel).astype(int)
    return sheet[side, y - size : y + size + 1, x - size : x + size + 1, channel]


def test_the_whole_hand_lies_on_the_sheet(hand):
    part = hand.vertices[hand.vertices[:, 1] < 0.0, :2]
    assert (part > SHEET_CORNER).all()
    assert (part < np.array(SHEET_CORNER) + SHEET_SIDE).all()


def test_the_thumb_lies_flat(hand):
    mesh = mesh_or_skip()
    thumb = mesh.surface.part == 0
    nail = thumb & (np.abs(mesh.surface.nail).max(axis=1) < 0.5)
    pad = thumb & (mesh.surface.palmar > 0.8) & (mesh.surface.along > 2.2)

    assert hand.vertices[nail, 2].mean() > hand.vertices[pad, 2].mean() + 0.008


def test_every_finger_has_a_nail_on_its_back_and_none_on_its_pad(hand, sheet):
    for chain in FINGER_BONE_CHAINS:
        place = hand.joints[chain[3], :2]
        assert window(sheet, BACK, NAIL, place).min() > 200
        assert window(sheet, PALM, NAIL, place).max() == 0


def test_fingers_fold_in_grooves_at_their_joints(hand, sheet):
    for chain in FINGER_BONE_CHAINS[1:]:
        joint = hand.joints[chain[1], :2]
        between = 0.5 * (joint + hand.joints[chain[2], :2])
        assert window(sheet, PALM, DARK, joint).max() > 2 * window(sheet, PALM, DARK, between).max()
        assert window(sheet, PALM, HEIGHT, joint).min() < window(sheet, PALM, HEIGHT, between).min() - 10


def test_people_differ_and_a_seed_gives_one_person(hand, sheet):
    np.testing.assert_array_equal(sheet, paint_marks(np.random.default_rng(0), hand))

    other = paint_marks(np.random.default_rng(1), hand)
    assert (other[PALM, ..., DARK] != sheet[PALM, ..., DARK]).mean() > 0.05


def test_the_border_is_level_for_the_arm_that_continues_it(sheet):
    assert (sheet[:, 0, :, HEIGHT] == 150).all()
    assert sheet[:, -1, :, DARK].max() == 0
