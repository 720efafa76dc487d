from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.body.anatomy import RESTING
from handtrack.study.synthesis.body.bones import BONE_NAMES
from handtrack.study.synthesis.body.kinematics import bind_pose
from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.rig import pose_hand
from handtrack.study.synthesis.body.subjects import MESH_HAND_LENGTH, Subject, random_subject


def many() -> list[Subject]:
    rng = np.random.default_rng(3)
    return [random_subject(rng) for _ in range(500)]


def test_same_seed_gives_the_same_people() -> None:
    assert many() == many()


def test_hands_are_as_long_as_childrens_and_adults_are() -> None:
    lengths = np.array([subject.scale * MESH_HAND_LENGTH for subject in many()])

    assert 0.105 <= lengths.min() < 0.125
    assert 0.205 < lengths.max() <= 0.225
    assert 0.12 < (lengths < 0.165).mean() < 0.30
    assert np.median(lengths[lengths > 0.165]) == pytest.approx(0.187, abs=0.004)


def test_thickness_and_width_vary_together_but_not_in_step() -> None:
    people = many()
    thickness = np.array([np.mean(subject.finger_thickness) for subject in people])
    width = np.array([subject.palm_width for subject in people])

    assert thickness.std() > 0.06
    assert 0.3 < np.corrcoef(thickness, width)[0, 1] < 0.95


def test_stated_hand_length_is_the_meshs_own(right_hand: HandMesh) -> None:
    assert -float(right_hand.rest[:, 1].min()) == pytest.approx(MESH_HAND_LENGTH, abs=0.002)


def test_bones_have_the_subjects_lengths(right_hand: HandMesh) -> None:
    def length(subject: Subject, bone: str, end: str) -> float:
        joints = pose_hand(right_hand, subject, RESTING).joints
        return float(np.linalg.norm(joints[BONE_NAMES.index(end)] - joints[BONE_NAMES.index(bone)]))

    plain = length(Subject(), "ring_proximal", "ring_intermediate")
    longer = Subject(
        scale=0.8, finger_lengths=(1, 1, 1, 1.1, 1), bone_lengths=((1, 1, 1),) * 3 + ((0.9, 1, 1),) * 2
    )
    assert length(longer, "ring_proximal", "ring_intermediate") == pytest.approx(plain * 0.8 * 1.1 * 0.9)
    wide = length(Subject(palm_width=1.2), "index_proximal", "little_proximal")
    assert wide / length(Subject(), "index_proximal", "little_proximal") == pytest.approx(1.2, abs=0.02)


def test_thick_fingers_are_thick_and_no_longer(right_hand: HandMesh) -> None:
    pose = bind_pose(right_hand)
    plain = pose_hand(right_hand, Subject(), pose)
    thick = pose_hand(right_hand, Subject(finger_thickness=(1.2,) * 5), pose)
    ring = (right_hand.surface.part == 2) & (np.abs(right_hand.surface.along - 1.5) < 0.1)

    assert np.ptp(thick.vertices[ring, 0]) / np.ptp(plain.vertices[ring, 0]) == pytest.approx(1.2, abs=0.03)
    np.testing.assert_allclose(thick.joints, plain.joints, atol=1e-9)
