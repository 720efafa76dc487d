"""When a hand counts as found."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from handtrack.cropping import crop_from_joints
from handtrack.model.constants import CROP_MARGIN
from handtrack.study.datasets.labelling.label_store import load_labels
from handtrack.study.datasets.splits import load_splits
from handtrack.study.datasets.turns import by_turns
from handtrack.study.evaluation.finding.pictures import FindingData
from handtrack.study.evaluation.finding.truth import (
    Place,
    meets,
    place_of_crop,
    place_of_joints,
    wanted_hand,
    wanted_nails,
    which_are_found,
)

ROOT = Path(__file__).resolve().parents[5]
BOX = np.array([100.0, 100.0, 150.0, 200.0])  # a tall hand, 100 pixels long


@pytest.mark.parametrize(
    ("place", "met"),
    [
        (Place(125, 150, 100), True),
        (Place(91, 150, 100), True),  # a tenth outside
        (Place(89, 150, 100), False),
        (Place(125, 211, 100), False),
        (Place(125, 150, 51), True),
        (Place(125, 150, 49), False),
        (Place(125, 150, 199), True),
        (Place(125, 150, 201), False),
    ],
)
def test_a_hand_is_found_by_its_middle_and_its_size(place: Place, met: bool) -> None:
    assert meets(place, wanted_hand(BOX)) is met


def test_a_sign_holds_hands_down_to_a_fifth_of_it() -> None:
    sign = wanted_hand(BOX, "sign")

    assert meets(Place(125, 110, 21), sign)
    assert not meets(Place(125, 110, 19), sign)
    assert not meets(Place(160, 110, 60), wanted_hand(BOX + 60, "sign"))


def test_half_of_the_nails_lie_in_the_hand_that_they_belong_to() -> None:
    nails = wanted_nails(np.array([[x, 100.0, x + 10, 110.0] for x in (100, 130, 160, 190)]))

    assert nails.side == 100
    assert meets(Place(150, 150, 130), nails)
    assert meets(Place(95, 105, 98), nails)  # two of four
    assert not meets(Place(40, 105, 98), nails)
    assert not meets(Place(150, 150, 401), nails)


def test_one_found_hand_is_not_two() -> None:
    left, right = wanted_hand(BOX), wanted_hand(BOX + np.array([10, 0, 10, 0]))
    between, only_right = Place(130, 150, 100), Place(165, 150, 100)

    assert which_are_found([between], [left, right]).count(True) == 1
    assert which_are_found([between, only_right], [left, right]) == [True, True]
    assert which_are_found([only_right], [left, right]) == [False, True]
    assert which_are_found([], [left]) == [False]
    assert which_are_found([between], []) == []


def test_joints_and_a_crop_around_them_are_the_same_place() -> None:
    joints = np.stack([np.linspace(300, 320, 21), np.linspace(200, 100, 21)], axis=1)
    from_joints = place_of_joints(joints)
    from_crop = place_of_crop(crop_from_joints(joints, CROP_MARGIN))

    assert (from_joints.x, from_joints.y, from_joints.side) == (310, 150, 100)
    assert (from_crop.x, from_crop.y) == pytest.approx((310, 150))
    assert from_crop.side == pytest.approx(100, rel=0.25)


def test_hands_that_are_known_meet_what_people_drew_around_them(shared_data: Path) -> None:
    labels = ROOT / "configs" / "training" / "labels.parquet"
    data = FindingData(shared_data, labels, load_splits(ROOT / "configs" / "training" / "splits.yaml"))
    places = defaultdict(list)
    for label in load_labels(labels):
        places[label.file].append(place_of_joints(label.joints_2d))

    met = defaultdict(list)
    for picture in by_turns(data.measured(), lambda each: each.source, 0)[:180]:
        wanted, known = picture.load().wanted, places[picture.name]
        if len(known) >= len(wanted):
            met[picture.source].append(all(which_are_found(known, wanted)))

    assert set(met) == {
        *("lu_gestures", "nails_phone", "rf100_handgestures", "shikha_words", "subhih_webcam", "ti1k")
    }
    for source, each in met.items():
        assert len(each) > 15, source
        assert all(each), source
