from __future__ import annotations

import itertools

import numpy as np
import pytest

from handtrack.skeleton import FINGERS, FINGERTIPS, JOINT_NAMES
from handtrack.study.synthesis.body.anatomy import RESTING, HandPose
from handtrack.study.synthesis.body.bones import BONE_NAMES, PARENTS
from handtrack.study.synthesis.body.keyposes import keyposes
from handtrack.study.synthesis.body.kinematics import bind_pose
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.rig import MESH_JOINTS, PosedHand, joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import Subject, random_subject

LOW_FINGERS = ("index", "middle", "ring", "little")


def posed(mesh: HandMesh, **degrees: float) -> PosedHand:
    return pose_hand(mesh, Subject(), RESTING.with_degrees(**degrees))


def volume(hand: PosedHand) -> float:
    a, b, c = (hand.vertices[hand.faces[:, k]].astype(np.float64) for k in range(3))
    return float(np.einsum("ni,ni->", a, np.cross(b, c))) / 6


def test_meshs_own_pose_gives_the_mesh_at_rest(right_hand: HandMesh) -> None:
    hand = pose_hand(right_hand, Subject(), bind_pose(right_hand))

    np.testing.assert_allclose(hand.vertices, right_hand.rest, atol=1e-6)
    np.testing.assert_allclose(hand.joints, right_hand.joints[:25], atol=1e-9)
    np.testing.assert_allclose(hand.frames, right_hand.frames[:25], atol=1e-9)


def test_joints_are_those_of_the_skeleton_by_name() -> None:
    parts = {"cmc": "metacarpal", "mcp": "proximal", "pip": "intermediate", "ip": "distal", "dip": "distal"}
    for name, joint in zip(JOINT_NAMES[1:], MESH_JOINTS[1:], strict=True):
        finger, part = name.split("_")
        assert BONE_NAMES[joint] == f"{finger}_{parts.get(part, part)}"


def test_bones_keep_their_lengths_in_every_pose(right_hand: HandMesh) -> None:
    subject = random_subject(np.random.default_rng(5))
    bones = [(PARENTS[b], b) for b in range(1, 25)]
    lengths = [
        [np.linalg.norm(hand.joints[b] - hand.joints[a]) for a, b in bones]
        for hand in (pose_hand(right_hand, subject, pose) for pose in keyposes().values())
    ]

    np.testing.assert_allclose(lengths, np.broadcast_to(lengths[0], np.shape(lengths)), rtol=1e-6)


@pytest.mark.parametrize("finger", LOW_FINGERS)
def test_flexion_bends_towards_the_palm_and_abduction_towards_the_thumb(
    right_hand: HandMesh, finger: str
) -> None:
    tip = FINGERS[finger][-1]
    straight = joints_21(posed(right_hand, **{f"{finger}_mcp_flexion": 0}))[tip]

    assert joints_21(posed(right_hand, **{f"{finger}_mcp_flexion": 50}))[tip, 2] < straight[2] - 0.02
    aside = joints_21(posed(right_hand, **{f"{finger}_mcp_flexion": 0, f"{finger}_mcp_abduction": 14}))[tip]
    assert aside[0] > straight[0] + 0.01


def test_thumb_swings_out_of_the_palm_and_turns_its_pad_to_the_fingers(right_hand: HandMesh) -> None:
    flat = posed(right_hand, thumb_cmc_palmar=0, thumb_cmc_radial=50)
    opposed = posed(right_hand, thumb_cmc_palmar=50, thumb_cmc_radial=10)
    assert joints_21(opposed)[4, 2] < joints_21(flat)[4, 2] - 0.03
    assert joints_21(opposed)[4, 0] < joints_21(flat)[4, 0] - 0.03

    def pad(hand: PosedHand) -> np.ndarray:
        return hand.frames[BONE_NAMES.index("thumb_distal"), :, 2]

    before = posed(right_hand, thumb_cmc_palmar=50, thumb_cmc_rotation=0)
    after = posed(right_hand, thumb_cmc_palmar=50, thumb_cmc_rotation=40)
    assert pad(after)[2] > pad(before)[2]  # away from the camera, to where the fingers are


def test_wrist_bends_the_arm_and_leaves_the_hand(right_hand: HandMesh) -> None:
    straight, bent = posed(right_hand, wrist_flexion=0), posed(right_hand, wrist_flexion=60)
    elbow = straight.vertices[:, 1].argmax()

    assert bent.vertices[elbow, 2] < straight.vertices[elbow, 2] - 0.2  # towards the palm's side
    np.testing.assert_allclose(bent.joints, straight.joints)
    fingers = right_hand.surface.part < 5
    np.testing.assert_allclose(bent.vertices[fingers], straight.vertices[fingers], atol=1e-6)


def test_left_hand_is_the_mirror_image(right_hand: HandMesh) -> None:
    pose = keyposes()["victory"]
    right, left = (pose_hand(mesh, Subject(), pose) for mesh in (right_hand, hand_mesh("left")))

    assert left.handedness == "left"
    flip = np.array([-1, 1, 1])
    np.testing.assert_array_equal(left.vertices, right.vertices * flip)
    np.testing.assert_array_equal(left.normals, right.normals * flip)
    np.testing.assert_array_equal(joints_21(left), joints_21(right) * flip)
    assert volume(left) == pytest.approx(volume(right))
    offsets = np.random.default_rng(0).normal(0, 0.1, (21, 3))
    np.testing.assert_allclose(joints_21(left, offsets), joints_21(right, offsets) * flip)


def test_frames_run_along_their_bones(right_hand: HandMesh) -> None:
    hand = pose_hand(right_hand, Subject(), keyposes()["fist"])

    np.testing.assert_allclose(
        hand.frames.transpose(0, 2, 1) @ hand.frames, np.tile(np.eye(3), (25, 1, 1)), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(hand.frames), 1.0)
    for finger in FINGERS.values():
        for start, end in itertools.pairwise(finger):
            bone = hand.joints[MESH_JOINTS[end]] - hand.joints[MESH_JOINTS[start]]
            along = hand.frames[MESH_JOINTS[start], :, 1]
            assert along @ bone / np.linalg.norm(bone) == pytest.approx(1.0)


def test_joint_offsets_are_shares_of_the_palm_along_the_bones(right_hand: HandMesh) -> None:
    hand = pose_hand(right_hand, Subject(scale=0.7), keyposes()["point"])
    offsets = np.zeros((21, 3))
    offsets[FINGERTIPS[1], 1] = 0.1
    plain = joints_21(hand)
    palm = np.linalg.norm(plain[9] - plain[0])

    moved = joints_21(hand, offsets) - plain
    assert np.linalg.norm(moved[FINGERTIPS[1]]) == pytest.approx(0.1 * palm)
    bone = plain[8] - plain[7]
    assert moved[8] @ bone / np.linalg.norm(bone) == pytest.approx(0.1 * palm)
    assert np.abs(np.delete(moved, 8, axis=0)).max() == 0


def test_flesh_keeps_its_volume_in_a_fist(right_hand: HandMesh) -> None:
    def of_hand(pose: HandPose) -> float:
        # The arm is most of the whole: what is lost in the hand must not hide behind it.
        return volume(pose_hand(right_hand, Subject(arm_length=0.2, arm_thickness=0.9), pose))

    assert of_hand(keyposes()["fist"]) == pytest.approx(of_hand(keyposes()["open"]), rel=0.1)


def test_bent_joint_neither_collapses_nor_swells(right_hand: HandMesh) -> None:
    surface = right_hand.surface
    bone = BONE_NAMES.index("middle_intermediate")
    back = (surface.part == 2) & (np.abs(surface.along - 1.0) < 0.1) & (surface.palmar < -0.8)

    def height(flexion: float) -> float:
        hand = posed(right_hand, middle_pip_flexion=flexion)
        return float(np.linalg.norm(hand.vertices[back] - hand.joints[bone], axis=1).mean())

    assert 0.8 < height(100) / height(0) < 1.15


def test_normals_are_units_that_point_outwards(right_hand: HandMesh) -> None:
    hand = pose_hand(right_hand, Subject(), keyposes()["open"])

    np.testing.assert_allclose(np.linalg.norm(hand.normals, axis=1), 1.0, atol=1e-5)
    grown = hand.vertices + 0.001 * hand.normals
    bigger = PosedHand(
        grown, hand.normals, hand.faces, hand.joints, hand.frames, hand.mesh, hand.subject, hand.pose
    )
    assert volume(bigger) > volume(hand)
    assert hand.vertices.dtype == hand.normals.dtype == np.float32
