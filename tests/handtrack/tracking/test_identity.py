from __future__ import annotations

from dataclasses import replace

import pytest

from handtrack.hand import Crop
from handtrack.tracking.identity import LostHand, LostHands

CROP = Crop((200.0, 200.0), 100.0, 0.0)


def lost(*hands: LostHand) -> LostHands:
    remembered = LostHands()
    for hand in hands:
        remembered.remember(hand)
    return remembered


def test_a_hand_that_comes_back_is_the_same_and_only_once():
    hands = lost(LostHand(7, "right", CROP, 5.0))
    near = replace(CROP, centre=(330.0, 210.0), size=120.0)
    assert hands.claim(near, "right", 5.6) == 7
    assert hands.claim(near, "right", 5.6) is None


@pytest.mark.parametrize(
    ("crop", "side", "when"),
    [
        (CROP, "left", 5.1),
        (replace(CROP, centre=(450.0, 200.0)), "right", 5.1),
        (replace(CROP, size=200.0), "right", 5.1),
        (CROP, "right", 6.2),
        (CROP, "right", 4.0),
    ],
    ids=["other side", "far away", "other size", "too late", "time fell back"],
)
def test_another_hand_is_a_new_one(crop, side, when):
    assert lost(LostHand(7, "right", CROP, 5.0)).claim(crop, side, when) is None


def test_of_two_lost_hands_the_nearer_one_is_found():
    there = replace(CROP, centre=(320.0, 200.0))
    hands = lost(LostHand(7, "right", CROP, 5.0), LostHand(9, "right", there, 5.0))
    assert hands.claim(replace(CROP, centre=(300.0, 200.0)), "right", 5.2) == 9
    assert hands.claim(replace(CROP, centre=(300.0, 200.0)), "right", 5.2) == 7


def test_nothing_is_known_after_a_new_beginning():
    hands = lost(LostHand(7, "right", CROP, 5.0))
    hands.clear()
    assert hands.claim(CROP, "right", 5.0) is None
