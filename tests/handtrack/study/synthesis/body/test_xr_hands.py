"""The rigged hands of the data folder: that they are posed as the other mesh is, on its joints' meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.body.keyposes import keyposes, possible_keypose
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.penetration import is_possible
from handtrack.study.synthesis.body.rig import pose_hand
from handtrack.study.synthesis.body.subjects import MESH_HAND_LENGTH, Subject
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS, FOREARM_PART
from handtrack.study.synthesis.body.xr_hands import (
    BARE,
    GLOVE,
    NAILS,
    XR_HANDS,
    read_xr_hand,
    xr_hands_folder,
)
from tests.handtrack.study.synthesis.body.hand_checks import joints_outside, straight


@pytest.fixture(scope="module", params=XR_HANDS)
def mesh(folder: Path, request: pytest.FixtureRequest) -> HandMesh:
    return hand_mesh("right", request.param, folder)


def test_it_is_as_long_as_the_other_mesh_and_has_an_arm(mesh: HandMesh):
    assert -mesh.rest[:, 1].min() == pytest.approx(MESH_HAND_LENGTH, abs=0.001)
    assert (mesh.surface.part == FOREARM_PART).any()
    assert mesh.rest[:, 1].max() > 0.5


def test_straight_fingers_are_straight_in_bones_and_in_flesh(mesh: HandMesh):
    posed = pose_hand(mesh, Subject(), straight())
    for finger, chain in enumerate(FINGER_BONE_CHAINS[1:], start=1):
        bones = np.diff(posed.joints[list(chain)], axis=0)
        bones /= np.linalg.norm(bones, axis=1, keepdims=True)
        assert np.degrees(np.arccos(np.clip(bones[:-1] @ bones[-1], -1, 1))).max() < 3

        flesh = posed.vertices[mesh.surface.part == finger].astype(np.float64)
        _, _, axes = np.linalg.svd(flesh - flesh.mean(axis=0), full_matrices=False)
        assert np.degrees(np.arccos(min(abs(axes[0] @ bones[0]), 1.0))) < 10


def test_pads_face_the_same_way_as_the_other_meshs(mesh: HandMesh, right_hand: HandMesh):
    pose = straight(index_pip_flexion=60.0, thumb_ip_flexion=40.0)
    own, other = (pose_hand(each, Subject(), pose) for each in (mesh, right_hand))
    for bone in (2, 3, 6, 7, 8, 16, 21):
        angle = np.degrees(np.arccos(np.clip((own.frames[bone] * other.frames[bone]).sum(axis=0), -1, 1)))
        # Persons differ: thumbs in their bones at rest, little fingers in their roll.
        assert angle.max() < (25 if bone < 5 else 16), bone


@pytest.mark.parametrize("name", ["open", "fist", "ok"])
def test_joints_lie_inside_the_flesh(mesh: HandMesh, name: str):
    assert joints_outside(pose_hand(mesh, Subject(), possible_keypose(mesh, name))) == []


def test_it_takes_all_keyposes_without_penetration(mesh: HandMesh):
    poses = {name: possible_keypose(mesh, name) for name in keyposes()}

    assert all(is_possible(mesh, Subject(), pose) for pose in poses.values())
    fist = poses["fist"]
    assert np.degrees(fist["middle_mcp_flexion"] + fist["middle_pip_flexion"]) > 130  # still a fist


def test_the_other_mesh_takes_its_keyposes_unchanged(right_hand: HandMesh):
    for name, pose in keyposes().items():
        np.testing.assert_array_equal(possible_keypose(right_hand, name).angles, pose.angles)


def test_left_is_the_mirror_image(mesh: HandMesh, folder: Path):
    pose = straight(index_pip_flexion=60.0)
    right, left = (
        pose_hand(hand_mesh(side, mesh.name, folder), Subject(), pose) for side in ("right", "left")
    )

    np.testing.assert_array_equal(left.joints * (-1, 1, 1), right.joints)
    np.testing.assert_array_equal(left.vertices * np.array([-1, 1, 1], np.float32), right.vertices)


def test_bones_have_the_subjects_lengths(mesh: HandMesh):
    subject = Subject(finger_lengths=(1.0, 1.2, 1.0, 1.0, 1.0))
    plain, long = (pose_hand(mesh, each, straight()).joints for each in (Subject(), subject))

    def length(joints: np.ndarray) -> float:
        return float(np.linalg.norm(joints[8] - joints[6]))

    assert length(long) == pytest.approx(1.2 * length(plain))


def test_drawn_vertices_are_the_meshs_own_and_lie_in_the_picture(mesh: HandMesh):
    texture = mesh.texture
    assert texture is not None
    np.testing.assert_array_equal(texture.vertex[texture.faces], mesh.faces)
    assert ((texture.uv >= 0) & (texture.uv <= 1)).all()


def test_nails_are_plates_of_their_own(folder: Path):
    bare, nails, glove = (read_xr_hand(folder, name) for name in (BARE, NAILS, GLOVE))

    assert len(nails.points) > len(bare.points) + 200
    assert len(glove.faces) > len(bare.faces) + 400


def test_without_the_folder_there_are_none(tmp_path: Path):
    assert xr_hands_folder(tmp_path) is None


@pytest.mark.parametrize("content", [None, b"{}", b"\0" * 1_100_000])
def test_a_file_that_is_amiss_is_named(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / f"{BARE}.gltf").write_bytes(content)

    with pytest.raises(SourceError, match=rf"{BARE}\.gltf .*--meshes 0"):
        read_xr_hand(tmp_path, BARE)
