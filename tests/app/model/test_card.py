from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from app.model.card import CARD_LENGTH_MM, CardError, hand_beside_card, palm_beside_card
from handtrack.geometry import Intrinsics, palm_scale
from handtrack.hand import Hand, read_only
from tests.app.sample_results import hand_joints, sample_hand, sample_result

CAMERA = Intrinsics.from_field_of_view(1280, 720, 60)
TRUE_PALM = 78.0
FLAT = hand_joints(0.0) * (1, 1, 0)


def scene(tilt: tuple[float, float, float], believed_mm: float) -> tuple[Hand, np.ndarray]:
    """A hand of a true palm with a card in its plane, as a tracker sees it that believes another palm.

    The ends of the card (2, 2) are in pixels.
    """
    rotation = cv2.Rodrigues(np.array(tilt, np.float64))[0]
    joints = FLAT * (TRUE_PALM / 1000 / palm_scale(FLAT)) @ rotation.T
    wrist = np.array([-0.05, 0.06, 0.42])
    card = np.array([[0.05, -0.09, 0.0], [0.05, -0.09 + CARD_LENGTH_MM / 1000, 0.0]]) @ rotation.T + wrist
    ends = card[:, :2] / card[:, 2:] * CAMERA.focal + CAMERA.centre
    # One camera cannot tell how large a hand is: all of it is in proportion.
    scale = believed_mm / TRUE_PALM
    hand = replace(
        sample_hand(),
        joints_3d=read_only(joints * scale, np.float32),
        wrist_position=read_only(wrist * scale, np.float32),
        sigma_position=read_only(np.array([0.001, 0.001, 0.0084 * scale]), np.float32),
    )
    return hand, ends


@pytest.mark.parametrize("tilt", [(0, 0, 0), (0.3, 0, 0), (0, -0.35, 0.4), (0.2, 0.25, -1.0)])
@pytest.mark.parametrize("believed", [60.0, 90.0])
def test_the_true_palm_is_found_whatever_was_believed_and_however_it_is_tilted(tilt, believed):
    hand, ends = scene(tilt, believed)
    palm = palm_beside_card(hand_beside_card(sample_result((hand,))), ends, CAMERA)
    assert palm.millimetres == pytest.approx(TRUE_PALM, rel=1e-3)
    assert palm.sigma == pytest.approx(0.02 * TRUE_PALM, rel=0.2), "the hand's own sigma, and the clicks'"
    swapped = palm_beside_card(hand, ends[::-1], CAMERA)
    assert swapped.millimetres == pytest.approx(palm.millimetres)


def test_a_card_behind_the_hand_makes_the_palm_too_long():
    hand, ends = scene((0, 0, 0), 90.0)
    behind = (ends - CAMERA.centre) * 0.40 / 0.41 + CAMERA.centre
    palm = palm_beside_card(hand, behind, CAMERA)
    assert palm.millimetres == pytest.approx(TRUE_PALM * 0.41 / 0.40, rel=1e-3)


def test_a_palm_that_is_turned_away_is_refused():
    hand, _ = scene((0, 0.9, 0), 90.0)
    with pytest.raises(CardError, match=r"turned by .* from the camera"):
        hand_beside_card(sample_result((hand,)))


@pytest.mark.parametrize("hands", [(), (sample_hand(), sample_hand(handedness="left", track_id=2))])
def test_exactly_one_hand_is_needed(hands):
    with pytest.raises(CardError, match="exactly one hand"):
        hand_beside_card(sample_result(hands))
    with pytest.raises(CardError, match="exactly one hand"):
        hand_beside_card(None)


def test_a_card_that_is_far_away_is_refused():
    hand, ends = scene((0, 0, 0), 90.0)
    with pytest.raises(CardError, match="pixels long"):
        palm_beside_card(hand, ends[0] + 0.1 * (ends - ends[0]), CAMERA)
