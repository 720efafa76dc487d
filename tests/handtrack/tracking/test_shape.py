from __future__ import annotations

import numpy as np
import pytest

from handtrack.hand import IterationEstimate
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.shape import is_impossible, is_odd, oddness

FINGERS = (
    (-40, -20),
    (-25, -88),
    (-5, -90),
    (14, -84),
    (32, -74),
)  # first joints, in millimetres from the wrist
BONES = ((45, 32, 28), (42, 25, 22), (46, 29, 23), (42, 28, 23), (33, 20, 20))


def _hand(bend: float = 0.0) -> np.ndarray:
    """Joints (21, 3) in metres of a mean hand, its fingers bent towards the camera by an angle a joint."""
    joints = [np.zeros(3)]
    for (x, y), bones in zip(FINGERS, BONES, strict=True):
        at, angle = np.array([x, y, 0.0]), 0.0
        joints.append(at)
        outwards = np.array([x, y, 0.0]) / np.hypot(x, y)
        for length in bones:
            angle += bend
            at = at + length * (np.cos(angle) * outwards + np.sin(angle) * np.array([0.0, 0, -1]))
            joints.append(at)
    return np.array(joints) / 1000


def _estimate(joints_3d: np.ndarray, sigma: float = 2.0) -> CropEstimate:
    flat = (joints_3d[:, :2] * 1000 + 300).astype(np.float32)
    zero = np.zeros(21, np.float32)
    loop = IterationEstimate(flat, joints_3d.astype(np.float32), zero + np.float32(sigma), zero, 0.9)
    return CropEstimate((loop,), CarriedEstimate(flat, zero, np.zeros((21, 2)), zero), 0.99, 0.9)


@pytest.mark.parametrize("bend", [0.0, 0.5, 1.4])
@pytest.mark.parametrize("size", [0.6, 1.0, 40.0])
def test_a_hand_is_possible_however_it_is_bent_and_whatever_its_size(bend, size):
    joints = _hand(bend) * size
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    assert oddness(joints @ turn) < 0.3
    assert not is_odd(_estimate(joints))


@pytest.mark.parametrize("moved", [(8,), (5, 6, 7, 8), (9, 10, 11, 12, 13, 14, 15, 16)])
def test_a_hand_with_the_fingers_of_another_is_impossible(moved):
    joints = _hand()
    joints[list(moved)] += [0.25, 0, 0]
    assert is_impossible(_estimate(joints))


def test_joints_in_one_place_say_nothing():
    assert oddness(np.zeros((21, 3))) == 0.0
