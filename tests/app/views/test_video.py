from __future__ import annotations

import time

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from app.model.source_state import Message
from app.views.picture_map import PictureMap
from app.views.video import VideoView
from handtrack.hand import Frame, FrameResult, read_only
from handtrack.skeleton import BONES, FINGER_COLOURS_RGB, FINGERS, FINGERTIPS, WRIST
from tests.app.sample_results import sample_hand, sample_image, sample_result, truth_of

SIZE = (800, 500)


@pytest.fixture
def view(qtbot) -> VideoView:
    widget = VideoView()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def near(picture: np.ndarray, point: np.ndarray, colour: tuple[int, int, int], reach: int = 2) -> bool:
    """Whether a pixel of about that colour lies within reach of a point (x, y)."""
    x, y = np.rint(point - 0.5).astype(int)
    patch = picture[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1].astype(int)
    return bool((np.abs(patch - colour).max(axis=-1) < 40).any())


@pytest.mark.parametrize("mirrored", [False, True])
def test_bones_and_joints_are_drawn_in_finger_colours_on_the_picture(view, pixels, mirrored):
    hand = sample_hand()
    view.set_mirrored(mirrored)
    view.show_result(sample_result((hand,)))
    picture = pixels(view)
    shown = PictureMap.fit((640, 480), SIZE, mirrored).to_view(hand.joints_2d)
    for name, joints in FINGERS.items():
        for joint in joints:
            assert near(picture, shown[joint], FINGER_COLOURS_RGB[name]), f"{name}, joint {joint}"
    for parent, child in BONES:
        if parent != WRIST:
            colour = next(FINGER_COLOURS_RGB[name] for name, joints in FINGERS.items() if child in joints)
            assert near(picture, shown[[parent, child]].mean(axis=0), colour)


def test_mirroring_moves_joints_and_picture_to_the_other_side(view, pixels):
    image = sample_image()
    image[:, :320] = (0, 0, 200)  # the left half is red (BGR)
    hand = sample_hand((150.0, 400.0))
    view.show_result(sample_result((hand,), image=image))
    plain = pixels(view)
    view.set_mirrored(True)
    flipped = pixels(view)
    assert tuple(plain[30, 100]) == (200, 0, 0)
    assert tuple(flipped[30, 100]) == (60, 60, 60)
    assert tuple(flipped[30, 700]) == (200, 0, 0)
    tip = PictureMap.fit((640, 480), SIZE, True).to_view(hand.joints_2d)[FINGERTIPS[1]]
    assert tip[0] > 500
    assert near(flipped, tip, FINGER_COLOURS_RGB["index"])


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_true_hand_is_drawn_in_white_where_it_is_known(view, pixels, mirrored):
    hand = sample_hand()
    truth = truth_of(hand, moved_2d=(60.0, 0.0))
    view.set_mirrored(mirrored)
    view.show_result(sample_result((hand,), truth=(truth,)))
    picture = pixels(view)
    shown = PictureMap.fit((640, 480), SIZE, mirrored).to_view(truth.joints_2d)
    assert all(near(picture, point, (255, 255, 255)) for point in shown)
    view.show_truth(False)
    hidden = pixels(view)
    assert not any(near(hidden, point, (255, 255, 255)) for point in shown[list(FINGERTIPS)])
    view.show_truth(True)
    assert (pixels(view) == picture).all()


def test_the_key_to_the_white_lines_stands_only_beside_true_hands(view, pixels):
    corner = np.s_[460:495, 70:240]
    view.show_result(sample_result((sample_hand(),)))
    plain = pixels(view)[corner]
    assert np.ptp(plain.astype(int)) == 0
    view.show_result(sample_result((sample_hand(),), truth=()))
    assert np.ptp(pixels(view)[corner].astype(int)) == 0, "known to hold no hand"
    view.show_result(sample_result((sample_hand(),), truth=(truth_of(sample_hand()),)))
    assert np.ptp(pixels(view)[corner].astype(int)) > 100


def test_words_are_never_mirrored(view, pixels, qtbot):
    hand = sample_hand((320.0, 400.0))
    centred = hand.joints_2d - [(hand.joints_2d[:, 0].min() + hand.joints_2d[:, 0].max()) / 2 - 319.5, 0]
    hand = sample_hand(tuple(centred[WRIST].tolist()), sigma=0.1)
    view.show_result(sample_result((hand,)))
    top = PictureMap.fit((640, 480), SIZE, False).to_view(hand.joints_2d)[:, 1].min()
    label = (slice(round(top) - 32, round(top) - 10), slice(320, 480))
    plain = pixels(view)[label]
    view.set_mirrored(True)
    flipped = pixels(view)[label]
    assert plain.std() > 20, "there is a label above a hand in the middle of the picture"
    np.testing.assert_array_equal(plain, flipped)
    assert (np.abs(plain.astype(int) - plain[:, ::-1]) > 40).any(), "a mirrored label would look different"


def test_the_uncertainty_disc_grows_with_sigma(view, pixels):
    tip = FINGERTIPS[4]

    def tinted_pixels(sigma: float) -> int:
        hand = sample_hand(sigma=sigma)
        view.show_result(sample_result((hand,)))
        picture = pixels(view).astype(int)
        x, y = PictureMap.fit((640, 480), SIZE, False).to_view(hand.joints_2d)[tip].astype(int)
        patch = picture[y - 40 : y + 41, x - 40 : x + 41]
        return int((np.ptp(patch, axis=-1) > 12).sum())

    small, large = tinted_pixels(0.5), tinted_pixels(1.5)
    radius = 1.5 * 0.009 * 1700 * 500 / 480
    assert large > small + 200
    assert large > 0.8 * np.pi * radius**2


def test_the_picture_is_drawn_from_the_frame_that_the_hands_came_from(view, pixels):
    view.show_result(sample_result((), image=sample_image(grey=50)))
    view.show_result(sample_result((sample_hand(),), image=sample_image(grey=150), index=1))
    assert tuple(pixels(view)[20, 400]) == (150, 150, 150)


def test_the_aspect_is_kept_and_the_rest_stays_dark(view, pixels):
    view.show_result(sample_result((), image=sample_image(100, 400, grey=200)))
    picture = pixels(view)
    bright = (picture == 200).all(axis=-1).any(axis=0)
    assert bright.sum() == pytest.approx(125, abs=2)
    assert bright[400 - 60 : 400 + 60].all()


def test_a_frame_is_announced_once_with_the_time_it_was_drawn(view, qtbot):
    captured = time.monotonic()
    with qtbot.waitSignal(view.drawn) as signal:
        view.show_result(sample_result((), timestamp=captured))
    assert signal.args[0] == captured
    assert captured <= signal.args[1] <= time.monotonic()
    with qtbot.assertNotEmitted(view.drawn, wait=50):
        view.repaint()


def test_messages_stand_alone_or_over_the_last_picture(view, pixels):
    view.show_result(sample_result((), image=sample_image(grey=200)))
    view.show_message(Message("Stopped", "Press Space to start again.", keeps_picture=True))
    dimmed = pixels(view)
    assert 60 < dimmed[20, 400].mean() < 150
    view.show_message(Message("No source"))
    alone = pixels(view)
    assert alone[20, 400].mean() < 20
    assert alone[190:260].max() > 200, "the message is written in the middle"


def test_an_empty_picture_asks_for_a_hand(view, pixels):
    view.show_result(sample_result(()))
    without = pixels(view)[440:490, 300:500]
    view.show_result(sample_result((sample_hand(),), index=1))
    assert without.max() > 200
    assert pixels(view)[455:490, 300:500].max() < 200


def test_the_banner_shows_one_sentence_and_can_be_closed(view, qtbot):
    sentence = "The camera was unplugged; plug it in again or choose another source. " * 3
    view.banner.show_error(sentence)
    assert view.banner.text == sentence
    assert view.rect().contains(view.banner.geometry())
    label = view.banner.findChild(type(view.banner._label))
    assert label.height() >= label.heightForWidth(label.width()), "the whole sentence is visible"
    view.resize(500, 400)
    assert view.rect().contains(view.banner.geometry())
    qtbot.mouseClick(view.banner.findChildren(type(view.banner._close))[0], Qt.MouseButton.LeftButton)
    assert view.banner.text == ""


def test_labels_of_hands_close_together_do_not_cover_each_other(view, pixels):
    label_background = 25

    def label_pixels(*hands) -> int:
        view.show_result(sample_result(hands, image=sample_image(grey=150)))
        return int((pixels(view).max(axis=-1) < label_background + 40).sum())

    first, second = sample_hand((300.0, 400.0)), sample_hand((330.0, 402.0), track_id=2)
    alone = label_pixels(first)
    bars = 2 * 67 * 500  # the dark stripes left and right of the picture
    assert label_pixels(first, second) - bars > 1.7 * (alone - bars)


def test_joints_outside_the_picture_and_invalid_ones_do_no_harm(view, pixels):
    outside = sample_hand((-300.0, 900.0))
    view.show_result(sample_result((outside,)))
    pixels(view)
    joints = np.full((21, 2), np.nan, dtype=np.float32)
    broken = FrameResult(
        Frame(read_only(sample_image()), 1.0, 1), (_with_joints(outside, joints),), False, 0.5, 4
    )
    view.show_result(broken)
    assert tuple(pixels(view)[20, 400]) == (60, 60, 60)


def _with_joints(hand, joints_2d):
    import dataclasses

    return dataclasses.replace(hand, joints_2d=joints_2d)


def test_the_label_of_a_narrow_picture_stands_beside_it_whole(view, pixels):
    hand = sample_hand((50.0, 400.0), scale=500.0)
    view.show_result(sample_result((hand,), image=sample_image(100, 480)))
    place = PictureMap.fit((100, 480), SIZE, False)
    bright = (pixels(view).min(axis=2) > 150).any(axis=0)
    written = np.flatnonzero(bright)
    assert written[0] < place.left - 5
    assert written[-1] > place.left + place.width + 5
    assert written[0] > 4
