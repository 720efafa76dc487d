from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from handtrack.hand import Hand, read_only
from handtrack.measures import MEASURES, measures, measures_of_joints, palm_normals
from tests.app.sample_results import hand_joints, sample_hand

KEYS = [measure.key for measure in MEASURES]


def named(hand: Hand) -> dict[str, float]:
    return dict(zip(KEYS, measures(hand)[0].tolist(), strict=True))


def turned(hand: Hand, axis: tuple[float, float, float], degrees: float) -> Hand:
    """The hand turned about an axis through its wrist."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = math.radians(degrees)
    rotation = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    return replace(hand, joints_3d=read_only(hand.joints_3d @ rotation.T, np.float32))


@pytest.mark.parametrize("handedness", ["right", "left"])
@pytest.mark.parametrize("curl", [0.0, 0.3, 0.6, 1.0])
def test_each_joint_is_bent_as_the_hand_was_made(handedness, curl):
    values = named(turned(sample_hand(handedness=handedness, curl=curl), (1, 2, 3), 70))
    for name in ("index", "middle", "ring", "little"):
        for joint in ("mcp", "pip", "dip"):
            assert values[f"{name}_{joint}_flexion_deg"] == pytest.approx(85 * curl, abs=3.0)
    for joint in ("mcp", "ip"):
        assert values[f"thumb_{joint}_flexion_deg"] == pytest.approx(60 * curl, abs=8.0)


def test_a_joint_that_is_bent_back_is_below_zero():
    values = named(sample_hand(curl=-0.2))
    assert values["middle_mcp_flexion_deg"] == pytest.approx(-17, abs=1)
    assert values["middle_pip_flexion_deg"] == pytest.approx(-17, abs=1)


@pytest.mark.parametrize("handedness", ["right", "left"])
def test_neighbouring_fingers_are_spread_as_the_hand_was_made(handedness):
    values = named(turned(sample_hand(handedness=handedness, curl=0.2), (3, 1, -2), 100))
    for pair, degrees in (("index_middle", 7), ("middle_ring", 8), ("ring_little", 9)):
        assert values[f"spread_{pair}_deg"] == pytest.approx(degrees, abs=0.5)


def test_fingers_that_cross_are_spread_below_zero():
    joints = hand_joints(0.0)
    joints[[6, 7, 8]] -= [0.03, 0, 0]
    crossed = replace(sample_hand(), joints_3d=read_only(joints, np.float32))
    assert named(crossed)["spread_index_middle_deg"] < -20


def test_bent_fingers_have_no_spread():
    values = named(sample_hand(curl=0.9))
    assert math.isnan(values["spread_index_middle_deg"])


def test_pinch_is_the_distance_of_the_tips_and_its_share_of_the_palm():
    joints = hand_joints(0.0)
    joints[4] = joints[8] + [0.003, 0.004, 0.0]
    pinching = replace(sample_hand(), joints_3d=read_only(joints, np.float32))
    values = named(pinching)
    assert values["pinch_index_mm"] == pytest.approx(5.0, abs=1e-3)
    twice = named(replace(pinching, joints_3d=read_only(2 * joints, np.float32)))
    assert twice["pinch_index_mm"] == pytest.approx(10.0, abs=1e-3)
    assert twice["pinch_index_percent_of_palm"] == pytest.approx(values["pinch_index_percent_of_palm"])


@pytest.mark.parametrize("handedness", ["right", "left"])
@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (40, 0), (-120, 0), (0, 50), (70, -30)])
def test_the_palm_is_turned_by_so_many_degrees(handedness, yaw, pitch):
    facing = sample_hand(handedness=handedness, curl=0.0)
    # Up first, then to the side; y is down, so right of the camera's view is about -y.
    hand = turned(turned(facing, (1, 0, 0), -pitch), (0, -1, 0), yaw)
    normal = palm_normals(hand.joints_3d[None].astype(float), np.array([handedness == "right"]))[0]
    a, b = math.radians(yaw), math.radians(pitch)
    want = [math.sin(a) * math.cos(b), -math.sin(b), -math.cos(a) * math.cos(b)]
    np.testing.assert_allclose(normal, want, atol=1e-5)
    values = named(hand)
    assert values["palm_turned_right_deg"] == pytest.approx(yaw, abs=1e-3)
    assert values["palm_turned_up_deg"] == pytest.approx(pitch, abs=1e-3)


def test_the_wrist_is_where_the_tracker_says_it_is():
    values, sigma = measures(sample_hand())
    np.testing.assert_allclose(values[:3], [4.0, -10.7, 44.0], rtol=1e-5)
    np.testing.assert_allclose(sigma[:3], [0.3, 0.8, 3.1], rtol=1e-5)
    nowhere = replace(sample_hand(), wrist_position=None, sigma_position=None)
    assert np.isnan(measures(nowhere)[0][:3]).all()
    assert np.isfinite(measures(nowhere)[0][3:]).all()


def test_sigma_is_what_independent_errors_of_the_joints_do():
    hand = turned(sample_hand(curl=0.35, sigma=0.1), (1, 1, 0), 25)
    values, sigma = measures(hand)
    random = np.random.default_rng(3)
    shifted = hand.joints_3d + hand.sigma_3d[:, None] * random.normal(size=(20_000, 21, 3))
    right, nowhere = np.ones(len(shifted), bool), np.full((len(shifted), 3), np.nan)
    seen = measures_of_joints(shifted, right, nowhere)[:, 3:]
    known = np.array([measure.group in ("palm turned", "pinch") for measure in MEASURES[3:]])
    np.testing.assert_allclose(np.std(seen, axis=0)[known], sigma[3:][known], rtol=0.1)
    assert np.isfinite(values[3:]).all()
    assert np.isnan(sigma[3:][~known]).all(), "neighbouring joints err together, which nothing here knows"


def test_many_hands_at_once_are_as_each_alone():
    hands = [sample_hand(curl=0.1 * step, handedness=side) for step in range(5) for side in ("right", "left")]
    together = measures_of_joints(
        np.stack([hand.joints_3d for hand in hands]).astype(float),
        np.array([hand.handedness == "right" for hand in hands]),
        np.tile(np.array([0.04, -0.107, 0.44], np.float32), (len(hands), 1)),
    )
    np.testing.assert_allclose(together, [measures(hand)[0] for hand in hands], rtol=1e-6, atol=1e-6)


def test_keys_are_unique_and_end_with_their_unit():
    assert len(set(KEYS)) == len(KEYS)
    endings = {"°": "_deg", "mm": "_mm", "cm": "_cm", "% of palm": "_percent_of_palm"}
    assert all(measure.key.endswith(endings[measure.unit]) for measure in MEASURES)
