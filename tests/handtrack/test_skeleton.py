from __future__ import annotations

from handtrack.skeleton import BONES, FINGERS, JOINT_COUNT, JOINT_NAMES, finger_of, joint_colours_rgb


def test_joint_order_is_the_contract():
    assert JOINT_COUNT == len(JOINT_NAMES) == 21
    assert JOINT_NAMES[0] == "wrist"
    assert [JOINT_NAMES[i] for i in (1, 4)] == ["thumb_cmc", "thumb_tip"]
    assert [JOINT_NAMES[i] for i in (5, 9, 13, 17)] == ["index_mcp", "middle_mcp", "ring_mcp", "little_mcp"]
    assert [JOINT_NAMES[i] for i in (8, 12, 16, 20)] == ["index_tip", "middle_tip", "ring_tip", "little_tip"]


def test_bones_form_a_tree_from_the_wrist():
    assert len(BONES) == 20
    assert sorted(child for _, child in BONES) == list(range(1, 21))
    reached = {0}
    for parent, child in BONES:
        assert parent in reached
        reached.add(child)


def test_every_joint_but_the_wrist_has_its_finger_and_colour():
    assert finger_of(0) is None
    assert all(finger_of(joint) == name for name, joints in FINGERS.items() for joint in joints)
    assert len({tuple(colour) for colour in joint_colours_rgb().tolist()}) == 6
