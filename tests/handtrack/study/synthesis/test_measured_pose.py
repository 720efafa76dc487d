"""Measures of rendered hands beside the angles that they were posed with."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.measures import MEASURES, measures_of_joints
from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.rig import joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import Subject

FINGERS = ("index", "middle", "ring", "little")


def measured(mesh: HandMesh, **degrees: float) -> dict[str, float]:
    straight = {f"{finger}_{joint}_flexion": 0.0 for finger in FINGERS for joint in ("mcp", "pip", "dip")}
    posed = pose_hand(mesh, Subject(), HandPose.from_degrees(straight | degrees))
    joints = joints_21(posed)
    values = measures_of_joints(joints[None], np.array([mesh.handedness == "right"]), np.zeros((1, 3)))[0]
    return dict(zip((measure.key for measure in MEASURES), values.tolist(), strict=True))


@pytest.mark.parametrize("finger", FINGERS)
@pytest.mark.parametrize(("joint", "degrees"), [("mcp", 60), ("pip", 70), ("dip", 40)])
def test_a_joint_that_is_bent_further_is_measured_as_bent_by_as_much(right_hand, finger, joint, degrees):
    before = measured(right_hand)
    after = measured(right_hand, **{f"{finger}_{joint}_flexion": degrees})
    key = f"{finger}_{joint}_flexion_deg"
    assert after[key] - before[key] == pytest.approx(degrees, abs=3)
    others = [name for name in after if name.endswith("_flexion_deg") and not name.startswith(finger)]
    np.testing.assert_allclose([after[name] for name in others], [before[name] for name in others], atol=1.5)


def test_fingers_that_are_spread_further_are_measured_as_spread_by_as_much(right_hand):
    before = measured(right_hand)
    after = measured(right_hand, index_mcp_abduction=12)
    assert abs(after["spread_index_middle_deg"] - before["spread_index_middle_deg"]) > 9
