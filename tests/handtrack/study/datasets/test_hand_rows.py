from __future__ import annotations

import math

import numpy as np
import pytest

from handtrack.cropping import crop_from_joints
from handtrack.study.datasets.hand_rows import (
    RIGHT,
    SIZE,
    UP_X,
    UP_Y,
    X,
    Y,
    hand_of_box,
    hand_of_joints,
    moved,
)


@pytest.fixture
def joints() -> np.ndarray:
    return np.random.default_rng(3).uniform(20, 90, (21, 2)).astype(np.float32)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_moved_hand_is_the_hand_of_the_moved_joints(joints, mirrored):
    turn = np.array([[math.cos(0.7), -math.sin(0.7)], [math.sin(0.7), math.cos(0.7)]])
    linear = 1.6 * turn @ np.diag([-1.0 if mirrored else 1.0, 1.0])
    matrix = np.column_stack([linear, [30.0, -12.0]])
    expected = hand_of_joints(
        joints @ linear.T.astype(np.float32) + [30, -12], "left" if mirrored else "right"
    )
    found = moved(hand_of_joints(joints, "right")[None], matrix)[0]
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_a_hands_row_is_its_upright_crop(joints):
    row, crop = hand_of_joints(joints, "right"), crop_from_joints(joints, 1.0)
    assert row[[X, Y]] == pytest.approx(crop.centre, abs=1e-3)
    assert row[SIZE] == pytest.approx(crop.size, rel=1e-5)
    assert math.atan2(row[UP_X], -row[UP_Y]) == pytest.approx(crop.angle, abs=1e-5)


def test_of_a_box_neither_direction_nor_side_is_known():
    row = hand_of_box(np.array([10.0, 20.0, 50.0, 40.0]))
    assert row[[X, Y, SIZE]].tolist() == [30, 30, 40]
    assert np.isnan(row[[UP_X, UP_Y, RIGHT]]).all()
    assert np.isnan(moved(row[None], np.array([[2.0, 0, 0], [0, 2, 0]]))[0, [UP_X, UP_Y, RIGHT]]).all()
