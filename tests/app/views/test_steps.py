from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor

from app import theme
from app.views.step_panel import PanelPlaces
from app.views.steps import StepsView
from handtrack.hand import FrameResult, Hand
from handtrack.tracking import HandTracker
from tests.app.sample_results import sample_hand, sample_image, sample_result

LOAD_TIMEOUT = 120_000  # milliseconds: PyTorch is imported


@pytest.fixture
def view(qtbot):
    widget = StepsView()
    qtbot.addWidget(widget)
    widget.resize(1100, 420)
    widget.show()
    qtbot.waitExposed(widget)
    yield widget
    widget.release()
    for thread in threading.enumerate():
        if thread.name == "handtrack-unfolding":
            thread.join(120)


@pytest.fixture(scope="module")
def photo_result(shared_data: Path) -> FrameResult:
    path = shared_data / "images" / "hagrid" / "like_00016.jpg"
    if not path.is_file():
        pytest.skip(f"needs {path.name} in ../shared/data/images/hagrid")
    image = cv2.imread(str(path))
    assert image is not None
    with HandTracker.load() as tracker:
        return tracker.detect(image)


def pictured(*hands: Hand, index: int = 0) -> FrameResult:
    image = sample_image()
    image[200:] = 140
    return sample_result(hands, index=index, image=image)


def two_hands() -> FrameResult:
    left = sample_hand((500, 400), handedness="left", iterations=1, track_id=2)
    return pictured(sample_hand(iterations=2), left)


def test_a_photo_is_refined_before_the_eyes(view, qtbot, pixels, photo_result):
    view.show_result(photo_result)
    assert view.computing
    assert [step.joints is not None for step in view.canvas.steps] == [True, True, False, False]
    qtbot.waitUntil(lambda: not view.computing, timeout=LOAD_TIMEOUT)

    (hand,) = photo_result.hands
    left = next(step for step in view.canvas.steps if step.leaves)
    assert left.number == hand.iterations
    assert left.exit_probability == pytest.approx(hand.exit_probability, abs=0.05)
    assert view.canvas.steps[1].move.joint == "thumb tip"
    with_attention = pixels(view).astype(int)
    view.attention.setChecked(False)
    without = pixels(view).astype(int)
    columns = np.abs(with_attention - without).sum(axis=(0, 2)) > 0
    assert not columns[:270].any(), "the first loop looks everywhere alike"
    assert columns[300:530].mean() > 0.9
    accent = QColor(theme.ACCENT)
    frame = np.abs(without - (accent.red(), accent.green(), accent.blue())).max(axis=-1) < 6
    assert frame[60:300, 280:290].any(axis=1).mean() > 0.9, "the loop where the gate leaves is framed"


def test_the_same_hand_is_not_computed_twice(view, qtbot, photo_result):
    view.show_result(photo_result)
    qtbot.waitUntil(lambda: not view.computing, timeout=LOAD_TIMEOUT)
    assert all(step.joints is not None for step in view.canvas.steps)
    view.show_result(replace(photo_result, gate_threshold=0.9))
    assert not view.computing
    assert [step.number for step in view.canvas.steps if step.leaves] == [3]
    view.as_tracked.click()
    assert [step.joints is not None for step in view.canvas.steps] == [True, True, False, False]
    view.from_nothing.click()
    assert not view.computing
    assert all(step.joints is not None for step in view.canvas.steps)


def test_while_pictures_play_nothing_is_computed(view, qtbot):
    view.set_playing(True)
    view.show_result(two_hands())
    qtbot.waitUntil(lambda: len(view.canvas.steps) == 4)
    assert not view.computing
    assert not view.from_nothing.isEnabled()
    assert [step.joints is not None for step in view.canvas.steps] == [True, True, False, False]
    view.set_playing(False)
    assert view.computing, "now it stands still"
    assert view.from_nothing.isEnabled()


def test_without_a_picture_what_was_tracked_is_shown(view):
    view.show_result(sample_result((sample_hand(iterations=3),)))
    assert not view.computing
    assert not view.from_nothing.isEnabled()
    assert sum(step.joints is not None for step in view.canvas.steps) == 3
    view.show_result(two_hands())
    assert view.computing


def test_nothing_is_computed_while_the_view_is_hidden(view, qtbot):
    view.hide()
    view.show_result(two_hands())
    assert not view.computing
    view.show()
    qtbot.waitExposed(view)
    assert view.computing
    qtbot.waitUntil(lambda: not view.computing, timeout=LOAD_TIMEOUT)


def test_the_newest_wish_wins(view, qtbot):
    for index in range(5):
        view.show_result(pictured(sample_hand((320 + 5 * index, 400)), index=index))
    newest = view._result
    qtbot.waitUntil(lambda: not view.computing, timeout=LOAD_TIMEOUT)
    assert view.canvas.shows(newest, newest.hands[0])
    assert len(view.canvas.steps) == 4


def test_either_hand_can_be_chosen_and_stays_so(view, qtbot):
    view.as_tracked.click()
    view.show_result(two_hands())
    assert view.hand_choice.isVisible()
    view.hand_choice.setCurrentIndex(1)
    view.hand_choice.activated.emit(1)
    assert sum(step.runs for step in view.canvas.steps) == 1
    view.show_result(two_hands())
    assert view.canvas._hand.handedness == "left"
    view.show_result(sample_result((sample_hand(iterations=3),)))
    assert not view.hand_choice.isVisible()
    assert sum(step.runs for step in view.canvas.steps) == 3


def test_without_a_hand_the_view_says_so(view, pixels):
    view.as_tracked.click()
    view.show_result(two_hands())
    shown = pixels(view.canvas).std()
    view.show_result(sample_result(()))
    assert view.canvas._words == "No hand in view"
    assert pixels(view.canvas).std() < shown
    view.show_result(two_hands())
    view.clear()
    assert view.canvas.steps == ()


def test_weights_that_cannot_be_used_are_named(qtbot, tmp_path):
    view = StepsView(tmp_path / "absent.safetensors")
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    view.show_result(two_hands())
    qtbot.waitUntil(lambda: not view.computing, timeout=LOAD_TIMEOUT)
    assert "absent.safetensors does not exist" in view.canvas._words
    view.release()


@pytest.mark.parametrize(
    ("width", "height", "least", "beside"),
    [(272, 380, 255, False), (400, 520, 370, False), (320, 222, 120, True), (120, 150, 30, False)],
)
def test_the_picture_is_as_large_as_the_place_allows(width, height, least, beside):
    box = QRectF(10, 0, width, height)
    places = PanelPlaces.fit(box)
    assert places.picture.width() >= least
    assert box.contains(places.picture)
    assert (places.text.left() > places.picture.right()) == beside
