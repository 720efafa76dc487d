"""The rigged hands of the data folder: that they are posed as the other mesh is, on its joints' meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.body.keyposes import keyposes, possible_keypose
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.rig import pose_hand
from handtrack.study.synthesis.body.subjects import MESH_HAND_LENGTH, Subject
from handtrack.study.synthesis.body.surface import FOREARM_PART
from handtrack.study.synthesis.body.xr_hands import (
    BARE,
    GLOVE,
    NAILS,
    XR_HANDS,
    read_xr_hand,
    xr_hands_folder,
)
from tests.handtrack.study.synthesis.body.hand_checks import (
    check_that_it_takes_all_keyposes,
    check_that_pads_face_as_those_of,
    check_that_they_mirror_each_other,
    flesh_beside_bones,
    joints_outside,
    most_bent,
    straight,
)


@pytest.fixture(scope="module", params=XR_HANDS)
def mesh(folder: Path, request: pytest.FixtureRequest) -> HandMesh:
    return hand_mesh("right", request.param, folder)


def test_it_is_as_long_as_the_other_mesh_and_has_an_arm(mesh: HandMesh):
    assert -mesh.rest[:, 1].min() == pytest.approx(MESH_HAND_LENGTH, abs=0.001)
    assert (mesh.surface.part == FOREARM_PART).any()
    assert mesh.rest[:, 1].max() > 0.5


def test_straight_fingers_are_straight_in_bones_and_in_flesh(mesh: HandMesh):
    posed = pose_hand(mesh, Subject(), straight())
    assert most_bent(posed) < 3
    assert flesh_beside_bones(posed) < 10


def test_pads_face_the_same_way_as_the_other_meshs(mesh: HandMesh, right_hand: HandMesh):
    check_that_pads_face_as_those_of(mesh, right_hand)


@pytest.mark.parametrize("name", ["open", "fist", "ok"])
def test_joints_lie_inside_the_flesh(mesh: HandMesh, name: str):
    assert joints_outside(pose_hand(mesh, Subject(), possible_keypose(mesh, name))) == []


def test_it_takes_all_keyposes_without_penetration(mesh: HandMesh):
    check_that_it_takes_all_keyposes(mesh)


def test_the_other_mesh_takes_its_keyposes_unchanged(right_hand: HandMesh):
    for name, pose in keyposes().items():
        np.testing.assert_array_equal(possible_keypose(right_hand, name).angles, pose.angles)


def test_left_is_the_mirror_image(mesh: HandMesh, folder: Path):
    check_that_they_mirror_each_other(mesh, hand_mesh("left", mesh.name, folder))


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
