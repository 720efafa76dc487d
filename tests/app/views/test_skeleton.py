from __future__ import annotations

import gc
import threading
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication

from app.views import skeleton
from app.views.opengl import OpenGLSupport, opengl_support
from app.views.skeleton import SkeletonView
from app.views.skeleton_geometry import place_hands
from app.views.skeleton_painter import PainterSkeleton
from handtrack.skeleton import FINGER_COLOURS_RGB, FINGERS, FINGERTIPS
from tests.app.sample_results import sample_hand, sample_result, truth_of

SIZE = (420, 360)


@pytest.fixture(params=["opengl", "painter"])
def view(request, qtbot, monkeypatch):
    if request.param == "painter":
        monkeypatch.setattr(skeleton, "opengl_support", lambda: OpenGLSupport(False, True, "turned off"))
    elif not opengl_support().available:
        pytest.skip(f"needs OpenGL: {opengl_support().detail}")
    widget = SkeletonView()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    widget.show()
    qtbot.waitExposed(widget)
    yield widget
    widget.release()


def hue_matches(patch: np.ndarray, colour: tuple[int, int, int]) -> bool:
    """Whether some bright pixel of the patch points in the colour's direction, however it is lit."""
    rgb = patch.reshape(-1, 3).astype(float)
    rgb = rgb[rgb.max(axis=1) > 60]
    wanted = np.array(colour) / np.linalg.norm(colour)
    return bool(len(rgb) and ((rgb @ wanted) / np.linalg.norm(rgb, axis=1)).max() > 0.985)


@pytest.mark.parametrize("mirrored", [False, True])
def test_fingers_are_drawn_where_the_camera_projects_them(view, pixels, mirrored):
    hand = sample_hand(curl=0.1, sigma=0.3)
    view.set_mirrored(mirrored)
    view.show_result(sample_result((hand,)))
    picture = pixels(view)
    (placed,) = place_hands([hand], mirrored)
    seen, _ = view.camera.project(placed.joints, *SIZE)
    for name, joints in FINGERS.items():
        x, y = np.rint(seen[joints[2]]).astype(int)
        assert hue_matches(picture[y - 3 : y + 4, x - 3 : x + 4], FINGER_COLOURS_RGB[name]), name


def test_the_true_hand_is_drawn_in_white_at_the_tracked_ones_wrist(view, pixels):
    hand = sample_hand(curl=0.1, sigma=0.1)
    truth = truth_of(sample_hand(curl=0.8))
    view.show_result(sample_result((hand,), truth=(truth,)))
    picture = pixels(view)
    (placed,) = place_hands([hand], False, [truth])
    assert placed.true_joints is not None
    np.testing.assert_allclose(placed.true_joints[0], placed.joints[0])
    seen, _ = view.camera.project(placed.true_joints, *SIZE)

    def whiteness(picture: np.ndarray, joint: int) -> int:
        x, y = np.rint(seen[joint]).astype(int)
        return int(picture[y - 2 : y + 3, x - 2 : x + 3].min(axis=-1).max())

    assert min(whiteness(picture, joint) for joint in range(21)) > 230
    view.show_truth(False)
    assert max(whiteness(pixels(view), joint) for joint in FINGERTIPS) < 200


def test_two_hands_are_drawn_side_by_side(view, pixels):
    left, right = sample_hand((450, 400), handedness="left"), sample_hand((150, 400))
    view.show_result(sample_result((left, right)))
    picture = pixels(view).astype(int)
    coloured = np.ptp(picture[:300], axis=-1) > 60
    assert coloured[:, : SIZE[0] // 2].sum() > 300
    assert coloured[:, SIZE[0] // 2 :].sum() > 300
    assert not coloured[:, SIZE[0] // 2 - 3 : SIZE[0] // 2 + 3].any()


def test_uncertain_joints_have_larger_balls(view, pixels):
    def coloured(sigma: float) -> int:
        view.show_result(sample_result((sample_hand(sigma=sigma),)))
        return int((np.ptp(pixels(view).astype(int), axis=-1) > 25).sum())

    assert coloured(2.5) > 1.5 * coloured(0.2)


def test_dragging_orbits_and_double_click_looks_as_the_camera_again(view, qtbot, pixels):
    view.show_result(sample_result((sample_hand(),)))
    before, start = pixels(view), view.camera
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    qtbot.mouseMove(view, QPoint(280, 200))
    QApplication.processEvents()
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(280, 200))
    assert view.camera.azimuth == pytest.approx(start.azimuth - 32)
    assert (pixels(view) != before).any()
    turned = view.camera
    view.show_result(sample_result((sample_hand(curl=0.5),), index=1))
    assert view.camera == turned, "a new frame does not take the view away from the user"
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert view.camera == start


def test_the_wheel_zooms(view):
    view.show_result(sample_result((sample_hand(),)))
    before = view.camera.distance
    event = QWheelEvent(
        QPointF(200, 200),
        QPointF(200, 200),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    assert view.camera.distance < before


def test_a_hand_that_leaves_leaves_an_empty_floor(view, pixels):
    view.show_result(sample_result((sample_hand(),)))
    view.show_result(sample_result((), index=1))
    picture = pixels(view).astype(int)
    assert (np.ptp(picture[30:], axis=-1) < 40).all(), "no finger colour is left"
    assert picture.max() > 100, "the view says that there is no hand"


def test_the_view_follows_a_new_size(view, pixels):
    hand = sample_hand(sigma=0.3)
    view.show_result(sample_result((hand,)))
    pixels(view)
    view.resize(300, 520)
    QApplication.processEvents()
    picture = pixels(view)
    seen, _ = view.camera.project(place_hands([hand], False)[0].joints, 300, 520)
    x, y = np.rint(seen[8]).astype(int)
    assert picture.shape[:2] == (520, 300)
    assert hue_matches(picture[y - 4 : y + 5, x - 4 : x + 5], FINGER_COLOURS_RGB["index"])


def test_without_opengl_the_view_says_that_software_draws_it(qtbot, monkeypatch, pixels):
    monkeypatch.setattr(skeleton, "opengl_support", lambda: OpenGLSupport(False, True, "turned off"))
    widget = SkeletonView()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    widget.show()
    qtbot.waitExposed(widget)
    widget.show_result(sample_result((sample_hand(),)))
    corner = pixels(widget)[-22:, -100:]
    assert isinstance(widget._renderer, PainterSkeleton)
    assert (corner > 110).any(axis=-1).sum() > 40, "words stand in the corner"


def test_the_offscreen_platform_is_known_to_have_no_opengl(qapp):
    if qapp.platformName() != "offscreen":
        pytest.skip("runs where Qt draws off screen")
    assert not opengl_support().available
    assert "offscreen" in opengl_support().detail


def test_a_rendered_hands_renderer_takes_nothing_of_the_views_with_it(view, pixels):
    """It belongs to the capture thread, but Python may collect it in the window's."""
    from handtrack.errors import SourceError
    from handtrack.sources.rendered import RenderedSource

    view.show_result(sample_result((sample_hand(curl=0.1),)))
    before = pixels(view)
    sources = []

    def watch() -> None:
        source = RenderedSource(realtime=False)
        try:
            source.open()
            source.read()
        except SourceError:
            return
        source.close()
        sources.append(source)

    thread = threading.Thread(target=watch)
    thread.start()
    thread.join()
    if not sources:
        pytest.skip("no hand can be rendered here")
    sources.clear()
    gc.collect()
    np.testing.assert_array_equal(pixels(view), before)


def test_the_wrists_place_is_written_above_the_hands(view, pixels):
    hand = sample_hand()
    unplaced = replace(hand, wrist_position=None, sigma_position=None)

    def written(*hands) -> int:
        view.show_result(sample_result(hands))
        return int((pixels(view)[6:60, :220].max(axis=-1) > 150).sum())

    assert written(unplaced) == 0, "a session from before places were recorded has none"
    alone = written(hand)
    assert alone > 100
    assert written(hand, replace(sample_hand((200.0, 400.0)), track_id=2)) > 1.5 * alone


def test_a_context_that_pyopengl_does_not_see_is_none(qapp, monkeypatch):
    # As on a screen without GLX: there every item that is drawn would be an error on the terminal.
    if not opengl_support().available:
        pytest.skip(f"needs OpenGL: {opengl_support().detail}")
    import OpenGL.platform

    monkeypatch.setattr(OpenGL.platform, "GetCurrentContext", lambda: None)
    opengl_support.cache_clear()
    try:
        assert not opengl_support().available
        assert "PyOpenGL" in opengl_support().detail
    finally:
        opengl_support.cache_clear()
