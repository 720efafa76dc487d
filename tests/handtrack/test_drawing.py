from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.drawing import _draw_label, draw_result
from handtrack.hand import Crop, Frame, FrameResult, Hand, read_only
from handtrack.skeleton import BONES, JOINT_COUNT, joint_colours_rgb

GREY = 128


def open_hand(width: float, centre: tuple[float, float], sigma: float = 2.0) -> Hand:
    """A hand with its fingers spread: every bone lies apart from the others, but for the wrist."""
    joints = np.zeros((JOINT_COUNT, 2))
    for finger in range(5):
        direction = np.radians(-150 + 30 * finger)
        for step in range(4):
            reach = 0.35 + 0.15 * step
            joints[1 + 4 * finger + step] = reach * np.cos(direction), reach * np.sin(direction)
    joints = read_only(width * joints + np.asarray(centre), np.float32)
    deep = read_only(np.zeros((JOINT_COUNT, 3)), np.float32)
    sigmas = read_only(np.full(JOINT_COUNT, sigma), np.float32)
    crop = Crop(centre, 2 * width, 0.0)
    return Hand(joints, deep, sigmas, sigmas, 3, 0.8, "right", 0.9, 1, crop, (), joints, deep)


def result_on(size: tuple[int, int], *hands: Hand) -> FrameResult:
    image = np.full((size[1], size[0], 3), GREY, np.uint8)
    return FrameResult(Frame(read_only(image), 0.0, 0), hands, False, 0.5, 4)


def drawn(size: tuple[int, int], *hands: Hand) -> np.ndarray:
    result = result_on(size, *hands)
    return draw_result(result.frame.image, result)


def test_the_frame_itself_is_not_drawn_on():
    result = result_on((320, 240), open_hand(120, (160, 160)))

    image = draw_result(result.frame.image, result)

    assert image.flags.writeable
    assert image.shape == (240, 320, 3)
    assert (result.frame.image == GREY).all()
    assert (image != GREY).any()


def test_a_frame_without_hands_stays_as_it_is():
    assert (drawn((64, 48)) == GREY).all()


@pytest.mark.parametrize("size", [(400, 300), (1920, 1080)])
def test_each_bone_has_the_colour_of_its_finger_between_dark_lines(size):
    hand = open_hand(0.7 * size[1], (size[0] / 2, 0.85 * size[1]))
    image = drawn(size, hand)
    colours = joint_colours_rgb()[:, ::-1]

    for start, end in BONES:
        a, b = hand.joints_2d[start], hand.joints_2d[end]
        middle = 0.5 * (a + b)
        across = np.array([-(b - a)[1], (b - a)[0]]) / np.linalg.norm(b - a)
        line = [tuple(np.rint(middle + reach * across).astype(int)) for reach in range(-12, 13)]
        profile = np.array([image[y, x] for x, y in line], int)
        x, y = np.rint(middle).astype(int)
        assert np.abs(image[y, x].astype(int) - colours[end]).max() < 60
        # The darkest place on the way out is the outline, well below both the colour and the background.
        assert profile[:12].max(axis=1).min() < 100
        assert profile[13:].max(axis=1).min() < 100


def test_a_disc_spans_one_standard_deviation():
    hand = open_hand(300, (320, 400))
    sigma = hand.sigma_2d.copy()
    tip = 20
    sigma[tip] = 30
    image = drawn((640, 480), replace(hand, sigma_2d=read_only(sigma))).astype(int)
    x, y = np.rint(hand.joints_2d[tip]).astype(int)

    changed = [bool((image[y, x + reach] != GREY).any()) for reach in range(60)]

    assert all(changed[:30])
    assert not any(changed[33:])
    # Translucent: the background shows through.
    colour = joint_colours_rgb()[tip, ::-1].astype(int)
    shown = image[y, x + 24]
    assert (np.abs(shown - GREY) < np.abs(colour - GREY)).all()


def test_a_sure_joint_still_shows_a_disc():
    hand = open_hand(300, (320, 400), sigma=0.0)
    x, y = np.rint(hand.joints_2d[20]).astype(int)

    row = drawn((640, 480), hand)[y, x : x + 20].astype(int)

    translucent = (row != GREY).any(axis=1) & (row.min(axis=1) > 100)
    assert translucent.sum() >= 2


def test_joints_that_are_not_numbers_are_left_out():
    hand = open_hand(120, (160, 160))
    joints, sigma = hand.joints_2d.copy(), hand.sigma_2d.copy()
    joints[17:21] = np.nan
    sigma[5], sigma[6] = np.nan, np.inf
    gone = np.rint(hand.joints_2d[20]).astype(int)

    image = drawn((320, 240), replace(hand, joints_2d=read_only(joints), sigma_2d=read_only(sigma[::-1])))

    assert (image[gone[1], gone[0]] == GREY).all()
    assert (image != GREY).any()
    nowhere = replace(hand, joints_2d=read_only(np.full_like(joints, np.nan)))
    assert (drawn((320, 240), nowhere) == GREY).all()


@pytest.mark.parametrize("size", [(1, 1), (8, 300), (300, 8), (33, 47), (300, 200), (1920, 1080)])
@pytest.mark.parametrize("place", [(0.5, 0.5), (-0.2, 0.5), (1.1, 1.2), (1e7, -1e7)])
def test_hands_anywhere_can_be_drawn_on_frames_of_any_size(size, place):
    hand = open_hand(0.5 * min(size), (place[0] * size[0], place[1] * size[1]), sigma=1e6)

    image = drawn(size, hand, open_hand(1e9, (0, 0)))

    assert image.shape == (size[1], size[0], 3)


@pytest.mark.parametrize("size", [(120, 90), (300, 200), (640, 480), (1920, 1080)])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0, 0), (1, 1), (0, 1), (1, 0), (3, 3)])
def test_labels_stay_in_the_frame_and_off_each_other(size, place):
    image = np.full((size[1], size[0], 3), GREY, np.uint8)
    hand = open_hand(0.3 * min(size), (place[0] * size[0], place[1] * size[1]))
    boxes: list[tuple[int, int, int, int]] = []

    _draw_label(image, hand, boxes)
    _draw_label(image, hand, boxes)

    (left, top, right, bottom), (_, second_top, _, second_bottom) = boxes
    for x0, y0, x1, y1 in boxes:
        assert 0 <= x0 < x1 <= size[0]
        assert 0 <= y0 < y1 <= size[1]
    assert second_top >= bottom or second_bottom <= top
    # The box is dark and holds light letters.
    label = image[top:bottom, left:right]
    assert label.min() < 90
    assert label.max() > 150
    untouched = image.copy()
    for x0, y0, x1, y1 in boxes:
        untouched[y0:y1, x0:x1] = GREY
    assert (untouched == GREY).all()
