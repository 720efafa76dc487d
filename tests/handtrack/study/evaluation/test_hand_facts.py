from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.evaluation.hand_facts import finger_flexion, hand_brightness, hand_facts, skin_typology
from tests.handtrack.study.evaluation.conftest import MakeSample

ALL = np.ones(21, bool)


def fingers(bend: float) -> np.ndarray:
    """Joints (21, 3) of fingers whose every joint bends by so many degrees; the thumb is bent by 90."""
    points = np.zeros((21, 3))
    for finger in range(5):
        angle, place = 0.0, np.zeros(3)
        for number in range(4):
            angle += np.radians(90 if finger == 0 else bend) if number else 0.0
            place += [0, np.cos(angle), np.sin(angle)]
            points[1 + 4 * finger + number] = place
    return points


def test_flexion_is_the_mean_bend_of_the_long_fingers() -> None:
    assert finger_flexion(fingers(0.0), ALL) == pytest.approx(0.0, abs=1e-4)
    assert finger_flexion(fingers(60.0) * 7, ALL) == pytest.approx(60.0)
    one_bent = fingers(0.0)
    one_bent[5:9] = fingers(60.0)[5:9]
    assert finger_flexion(one_bent, ALL) == pytest.approx(60 / 4)


def test_bends_with_an_unknown_joint_do_not_count() -> None:
    points, known = fingers(40.0), ALL.copy()
    points[8] = [5.0, 5.0, 5.0]
    known[8] = False

    assert finger_flexion(points, known) == pytest.approx(40.0)
    assert np.isnan(finger_flexion(points, np.zeros(21, bool)))


def test_brightness_is_that_of_the_hand_and_not_of_its_surroundings() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    image[40:61, 20:41] = 80
    corners = np.array([[20, 40], [40, 40], [40, 60], [20, 60]])

    assert hand_brightness(image, corners[np.arange(21) % 4].astype(float)) == pytest.approx(80)


def test_brightness_weighs_colours_as_the_eye_does() -> None:
    image = np.zeros((50, 50, 3), np.uint8)
    image[..., 1] = 100  # green

    joints = np.array([[5, 5], [45, 5], [25, 45]])[np.arange(21) % 3].astype(float)

    assert hand_brightness(image, joints) == pytest.approx(59, abs=1)


def test_lighter_skin_has_a_larger_typology_angle() -> None:
    joints = np.array([[5, 5], [45, 5], [25, 45]])[np.arange(21) % 3].astype(float)
    light, dark = (np.full((50, 50, 3), colour, np.uint8) for colour in ((190, 210, 240), (45, 60, 95)))

    assert skin_typology(light, joints) > 55
    assert skin_typology(dark, joints) < -30
    assert np.isnan(skin_typology(light, joints + 500))


def test_a_hand_at_the_border_has_the_brightness_of_what_is_seen() -> None:
    image = np.full((50, 50, 3), 30, np.uint8)
    joints = np.array([[-40, -40], [20, -40], [20, 20], [-40, 20]])[np.arange(21) % 4].astype(float)

    assert hand_brightness(image, joints) == pytest.approx(30)
    assert np.isnan(hand_brightness(image, joints - 100))
    assert np.isnan(hand_brightness(image, joints + 200))


def test_facts_tell_where_a_hand_came_from_and_how_large_it_is(make_sample: MakeSample) -> None:
    sample = make_sample(handedness="left")
    assert sample.joints_3d is not None

    facts = hand_facts(7, sample)

    assert (facts.index, facts.source, facts.key, facts.handedness) == (7, "made", "made/0", "left")
    assert facts.extent == pytest.approx(np.ptp(sample.joints_2d, axis=0).max())
    assert 1.31 * facts.extent < facts.crop_size < 2.05 * facts.extent
    assert 60 <= facts.brightness < 120
    assert facts.cell == "open; palm", "its fingers bend towards the camera"
    assert facts.flexion == pytest.approx(finger_flexion(sample.joints_3d, ALL))


def test_a_hand_with_an_unknown_joint_has_no_place_on_the_map(make_sample: MakeSample) -> None:
    sample = make_sample(handedness="left")
    spread = sample.spread.copy()
    spread[8] = np.nan

    assert hand_facts(0, sample).cell == "open; palm"
    assert hand_facts(0, replace(sample, spread=spread)).cell == "not known"
