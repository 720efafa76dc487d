from __future__ import annotations

import numpy as np

from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS, FOREARM_PART, PALM, PARTS


def test_every_part_has_skin(right_hand: HandMesh) -> None:
    assert np.bincount(right_hand.surface.part, minlength=len(PARTS)).min() > 150


def test_whole_numbers_lie_at_the_joints(right_hand: HandMesh) -> None:
    surface = right_hand.surface
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        for number in (1, 2):
            ring = (surface.part == finger) & (np.abs(surface.along - number) < 0.08)
            middle = right_hand.rest[ring].mean(axis=0)
            assert np.linalg.norm(middle - right_hand.joints[chain[number]]) < 0.009


def test_palm_and_back_are_told_apart(right_hand: HandMesh) -> None:
    surface, rest = right_hand.surface, right_hand.rest
    palm = surface.part == PALM

    assert (
        rest[palm & (surface.palmar > 0.9), 2].mean() < rest[palm & (surface.palmar < -0.9), 2].mean() - 0.02
    )
    assert np.abs(surface.palmar).max() <= 1.001
    assert (np.abs(surface.radial) <= 1.001).all()


def test_each_finger_has_one_nail_on_the_back_of_its_end(right_hand: HandMesh) -> None:
    surface = right_hand.surface
    across, along = surface.nail.T
    plate = (np.abs(across) <= 1) & (along >= 0) & (along <= 1)

    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        mine = plate & (surface.part == finger)
        size = np.ptp(
            (right_hand.rest[mine] - right_hand.joints[chain[2]]) @ right_hand.frames[chain[2]], axis=0
        )
        assert mine.sum() >= 8
        assert (surface.palmar[mine] < 0.4).all()
        assert surface.along[mine].min() > 2.4
        assert 0.006 < size[0] < 0.018
        assert 0.006 < size[1] < 0.016
    assert not plate[surface.part >= PALM].any()


def test_arm_is_measured_from_the_wrist(right_hand: HandMesh) -> None:
    arm = right_hand.surface.part == FOREARM_PART

    np.testing.assert_allclose(right_hand.surface.along[arm], -right_hand.rest[arm, 1], atol=1e-6)
