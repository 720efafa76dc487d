from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.keyposes import keyposes
from handtrack.study.synthesis.body.kinematics import bind_pose
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.penetration import TOLERANCE, depths, is_possible, penetration
from handtrack.study.synthesis.body.subjects import Subject


@pytest.mark.parametrize("name", ["open", "spread_wide", "relaxed", "claw"])
def test_hand_that_touches_nothing_has_no_depth(right_hand: HandMesh, name: str) -> None:
    assert penetration(right_hand, Subject(), keyposes()[name]) == 0.0


def test_mesh_at_rest_has_no_depth_anywhere(right_hand: HandMesh) -> None:
    assert depths(right_hand, Subject(), bind_pose(right_hand)).max() == 0.0


def test_fingers_pressed_into_each_other_are_noticed(right_hand: HandMesh) -> None:
    side_by_side = keyposes()["flat_closed"]
    found = [
        penetration(right_hand, Subject(), side_by_side.with_degrees(index_mcp_abduction=angle))
        for angle in (8, -4, -12, -18)
    ]

    assert found[0] < 0.002
    assert found[1:] == sorted(found[1:])
    assert found[-1] > TOLERANCE


def test_fingertips_driven_into_the_palm_are_noticed(right_hand: HandMesh) -> None:
    fist = keyposes()["fist"]
    deeper = fist.with_degrees(ring_mcp_flexion=110, ring_pip_flexion=125, ring_dip_flexion=95)

    assert is_possible(right_hand, Subject(), fist)
    assert not is_possible(right_hand, Subject(), deeper)


def test_thumb_through_the_index_is_noticed(right_hand: HandMesh) -> None:
    thumb_in_index = HandPose.from_degrees(
        {"thumb_cmc_radial": -10, "thumb_cmc_palmar": 5, "index_mcp_flexion": 30, "thumb_mcp_flexion": 0}
    )

    assert penetration(right_hand, Subject(), thumb_in_index) > TOLERANCE


def test_depth_grows_with_the_hand(right_hand: HandMesh) -> None:
    pose = keyposes()["flat_closed"].with_degrees(index_mcp_abduction=-14)

    half = penetration(right_hand, Subject(scale=0.5), pose)
    assert half == pytest.approx(penetration(right_hand, Subject(), pose) / 2, rel=1e-6)


def test_thick_fingers_touch_sooner(right_hand: HandMesh) -> None:
    pose = keyposes()["flat_closed"]

    thick = penetration(right_hand, Subject(finger_thickness=(1.25,) * 5), pose)
    assert thick > penetration(right_hand, Subject(), pose) + 0.001


def test_depth_is_the_overlap_of_two_fingers(right_hand: HandMesh) -> None:
    # Straight index and middle finger, made to cross at the tips: the index lies inside by what the middle
    # finger's half thickness exceeds the distance of its skin from the middle finger's axis.
    pose = keyposes()["flat_closed"].with_degrees(index_mcp_abduction=-16)
    deep = penetration(right_hand, Subject(), pose)

    assert 0.004 < deep < 0.0095


def test_both_hands_penetrate_alike(right_hand: HandMesh) -> None:
    pose = keyposes()["fist_tight"]

    assert np.array_equal(depths(hand_mesh("left"), Subject(), pose), depths(right_hand, Subject(), pose))
