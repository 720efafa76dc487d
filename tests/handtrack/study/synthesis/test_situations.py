from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from handtrack.skeleton import FINGERS
from handtrack.study.synthesis.body.keyposes import keyposes
from handtrack.study.synthesis.body.mesh import hand_mesh
from handtrack.study.synthesis.body.rig import joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import Subject
from handtrack.study.synthesis.scene import RandomScenes
from handtrack.study.synthesis.situations import SITUATIONS, Situation, random_situation

pytestmark = pytest.mark.usefixtures("right_hand")
THUMB_TIP, MIDDLE_MCP = FINGERS["thumb"][-1], FINGERS["middle"][0]


def situation(name: str) -> Situation:
    return next(each for each in SITUATIONS if each.name == name)


def turned(name: str, pose: str, count: int = 60) -> np.ndarray:
    """Joints (N, 21, 3) from the wrist, camera axes, of a right hand in a pose and a situation's views."""
    joints = joints_21(pose_hand(hand_mesh("right"), Subject(), keyposes()[pose]))
    rng = np.random.default_rng(3)
    seen = np.array([joints @ situation(name).rotation(rng, joints).T for _ in range(count)])
    return seen - seen[:, :1]


def test_shares_sum_to_one_and_poses_are_known():
    assert sum(each.share for each in SITUATIONS) == pytest.approx(1)
    assert {name for each in SITUATIONS for name in each.poses} <= set(keyposes())


def test_ones_own_hand_shows_its_back_and_points_away():
    seen = turned("own pointing hand", "point")
    assert (seen[:, MIDDLE_MCP, 2] > 0).mean() > 0.95, "fingers point away from the camera"
    # From the back, the thumb's side of a right hand lies to the left of its fingers' direction.
    index, little = seen[:, FINGERS["index"][0]], seen[:, FINGERS["little"][0]]
    turn = index[:, 0] * little[:, 1] - index[:, 1] * little[:, 0]
    assert (turn > 0).mean() > 0.9


def test_fists_and_fingers_point_at_the_camera():
    for name, pose in (("pointing to the camera", "point"), ("fist to the camera", "fist")):
        seen = turned(name, pose)
        assert (seen[:, MIDDLE_MCP, 2] < 0).mean() > 0.95, name


def test_a_thumb_to_the_camera_is_the_nearest_joint():
    seen = turned("thumb to the camera", "thumb_up")
    assert (seen[..., 2].argmin(axis=1) == THUMB_TIP).all()


def test_a_hand_without_a_plan_is_what_it_was_before_there_was_one():
    plain, planned = RandomScenes(5), RandomScenes(5, planned=1.0)
    for index in (0, 2):
        assert not np.allclose(plain.sample(index).joints, planned.sample(index).joints)
        assert planned.sample(index).view.kind == "planned"
        assert plain.sample(index).view.kind != "planned"


def test_the_share_of_planned_hands_is_as_asked():
    rng = np.random.default_rng(0)
    drawn = [random_situation(rng, 0.3) for _ in range(2000)]
    assert sum(each is not None for each in drawn) / len(drawn) == pytest.approx(0.3, abs=0.04)
    assert random_situation(rng, 0.0) is None
    assert dataclasses.is_dataclass(random_situation(rng, 1.0))
