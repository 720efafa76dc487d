from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.skeleton import BONES
from handtrack.study.datasets.mattes import hand_matte, matte_of_share
from handtrack.study.datasets.patches import PATCH_PIXELS

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


def _hand(thickness: int = 9) -> np.ndarray:
    """Which pixels (P, P) a hand of these joints covers, its forearm with it."""
    mask = np.zeros((PATCH_PIXELS, PATCH_PIXELS), np.uint8)
    points = [tuple(point) for point in _JOINTS.round().astype(int).tolist()]
    for start, end in BONES:
        cv2.line(mask, points[start], points[end], 1, thickness)
    cv2.fillConvexPoly(mask, np.array([points[i] for i in (0, 1, 5, 9, 13, 17)]), 1)
    cv2.line(mask, points[0], (104, PATCH_PIXELS), 1, 26)
    return mask.astype(bool)


def _picture(skin: tuple[int, int, int], ground: tuple[int, int, int], thickness: int = 9) -> np.ndarray:
    grain = np.random.default_rng(0).normal(0, 6, (PATCH_PIXELS, PATCH_PIXELS, 3))
    return np.clip(np.where(_hand(thickness)[..., None], skin, ground) + grain, 0, 255).astype(np.uint8)


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


@pytest.mark.parametrize("grain", [6, 300])
def test_where_no_edge_can_be_cut_along_there_is_no_matte(grain):
    noise = np.random.default_rng(0).normal(0, grain, (PATCH_PIXELS, PATCH_PIXELS, 3))
    picture = np.clip(np.array([120, 150, 205]) + noise, 0, 255).astype(np.uint8)
    assert not hand_matte(picture, JOINTS, INSIDE).any()


def test_where_fingers_are_threads_there_is_no_matte():
    """They are then hidden, or the labels are of another hand."""
    picture = _picture((120, 150, 205), (90, 60, 40), thickness=3)
    assert not hand_matte(picture, JOINTS, INSIDE).any()


def test_what_lies_outside_the_picture_is_no_hand():
    inside = INSIDE.copy()
    inside[170:] = False
    matte = hand_matte(_picture((120, 150, 205), (90, 60, 40)), JOINTS, inside)
    assert matte[:80].max() == 255
    assert not matte[87:].any()


@pytest.mark.parametrize("joints", [JOINTS * 0.1, JOINTS * np.nan])
def test_hands_that_are_tiny_or_unknown_keep_their_background(joints):
    assert not hand_matte(_picture((120, 150, 205), (90, 60, 40)), joints, INSIDE).any()


def test_the_same_patch_has_the_same_matte():
    picture = _picture((120, 150, 205), (90, 60, 40))
    first, again = (hand_matte(picture, JOINTS, INSIDE) for _ in range(2))
    assert np.array_equal(first, again)


def test_joints_are_left_as_they_were():
    before = JOINTS.copy()
    hand_matte(_picture((120, 150, 205), (90, 60, 40)), JOINTS, INSIDE)
    assert np.array_equal(JOINTS, before)
