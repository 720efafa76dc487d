from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.datasets.mattes import hand_matte, matte_of_share
from handtrack.datasets.patches import PATCH_PIXELS
from handtrack.skeleton import BONES

# An open hand, wrist to middle MCP 40 pixels.
_JOINTS = np.array(
    [
        *[(104, 150), (88, 142), (76, 130), (66, 120), (58, 112)],
        *[(90, 112), (86, 92), (84, 80), (82, 70)],
        *[(103, 110), (103, 88), (103, 74), (103, 62)],
        *[(115, 112), (118, 92), (120, 80), (121, 70)],
        *[(125, 118), (132, 104), (136, 95), (139, 87)],
    ],
    np.float32,
)
JOINTS = np.column_stack([_JOINTS, np.zeros(21, np.float32)])
INSIDE = np.ones((PATCH_PIXELS, PATCH_PIXELS), bool)


def _hand() -> np.ndarray:
    """Which pixels (P, P) a hand of these joints covers, its forearm with it."""
    mask = np.zeros((PATCH_PIXELS, PATCH_PIXELS), np.uint8)
    points = [tuple(point) for point in _JOINTS.round().astype(int).tolist()]
    for start, end in BONES:
        cv2.line(mask, points[start], points[end], 1, 9)
    cv2.fillConvexPoly(mask, np.array([points[i] for i in (0, 1, 5, 9, 13, 17)]), 1)
    cv2.line(mask, points[0], (104, PATCH_PIXELS), 1, 26)
    return mask.astype(bool)


def _picture(skin: tuple[int, int, int], ground: tuple[int, int, int]) -> np.ndarray:
    grain = np.random.default_rng(0).normal(0, 6, (PATCH_PIXELS, PATCH_PIXELS, 3))
    return np.clip(np.where(_hand()[..., None], skin, ground) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("ground", [(90, 60, 40), (30, 160, 40), (235, 235, 235)])
def test_a_hand_is_cut_out_with_its_forearm(ground):
    matte = hand_matte(_picture((120, 150, 205), ground), JOINTS, INSIDE)
    covered = matte > 127
    truth = matte_of_share(_hand()) > 127

    assert matte.shape == (PATCH_PIXELS // 2, PATCH_PIXELS // 2)
    assert matte.dtype == np.uint8
    assert (covered & truth).sum() > 0.95 * truth.sum()
    assert (covered & ~truth).sum() < 0.2 * truth.sum()
    assert covered[95:, 50].all(), "the forearm"


def test_a_hand_that_does_not_stand_out_has_no_matte_or_a_wide_one():
    """Of a picture without any edge nothing may be lost that the joints say is hand."""
    matte = hand_matte(_picture((120, 150, 205), (120, 150, 205)), JOINTS, INSIDE) > 127
    at_joints = [matte[int(y) // 2, int(x) // 2] for x, y in _JOINTS]
    assert not matte.any() or all(at_joints)


def test_what_lies_outside_the_picture_is_no_hand():
    inside = INSIDE.copy()
    inside[170:] = False
    matte = hand_matte(_picture((120, 150, 205), (90, 60, 40)), JOINTS, inside)
    assert matte[:80].max() == 255
    assert not matte[87:].any()


@pytest.mark.parametrize("joints", [JOINTS * 0.1, JOINTS * np.nan])
def test_hands_that_are_tiny_or_unknown_keep_their_background(joints):
    assert not hand_matte(_picture((120, 150, 205), (90, 60, 40)), joints, INSIDE).any()


def test_a_hand_whose_finger_is_covered_makes_no_matte():
    """Little is left of a finger behind something else: cut along it, the finger would be a thread."""
    picture = _picture((120, 150, 205), (90, 60, 40))
    picture[55:105, 96:110] = (20, 160, 30)
    picture[55:105, 110:] = (90, 60, 40)
    assert not hand_matte(picture, JOINTS, INSIDE).any()


def test_the_same_patch_has_the_same_matte():
    picture = _picture((120, 150, 205), (90, 60, 40))
    first, again = (hand_matte(picture, JOINTS, INSIDE) for _ in range(2))
    assert np.array_equal(first, again)


def test_joints_are_left_as_they_were():
    before = JOINTS.copy()
    hand_matte(_picture((120, 150, 205), (90, 60, 40)), JOINTS, INSIDE)
    assert np.array_equal(JOINTS, before)
