from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest

from app.views.skeleton_geometry import (
    FLOOR_HEIGHT,
    SLOT_SPACING,
    WRIST_HEIGHT,
    OrbitCamera,
    default_camera,
    floor_lines,
    floor_shadow,
    horizontal_field_of_view,
    place_hands,
    sigma_along_axes,
    to_view_axes,
)
from handtrack.geometry import Intrinsics
from handtrack.skeleton import WRIST
from handtrack.tracking import HandTracker
from tests.app.sample_results import sample_hand, truth_of

SIZE = (400, 300)


def test_right_is_right_up_is_up_and_away_is_away():
    # Camera axes are x right, y down, z away.
    axes = to_view_axes(np.eye(3), mirrored=False)
    np.testing.assert_allclose(axes, [[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    np.testing.assert_allclose(to_view_axes(np.eye(3), mirrored=True)[0], [-1, 0, 0])


def test_the_default_view_is_what_the_camera_sees():
    hand = sample_hand(curl=0.4, turn=0.5)
    (placed,) = place_hands([hand], mirrored=False)
    seen, scale = default_camera(1).project(placed.joints, *SIZE)
    wrist_at = seen[WRIST]
    for joint in range(1, 21):
        in_picture = hand.joints_2d[joint] - hand.joints_2d[WRIST]
        in_view = seen[joint] - wrist_at
        assert np.dot(in_picture, in_view) > 0.95 * np.linalg.norm(in_picture) * np.linalg.norm(in_view)
    nearer = hand.joints_3d[:, 2] < -0.01
    assert nearer.any()
    assert (scale[nearer] > scale[WRIST]).all()


def test_hands_stand_side_by_side_as_in_the_picture():
    left_in_picture, right_in_picture = sample_hand((100, 400)), sample_hand((500, 400), handedness="left")
    first, second = place_hands([right_in_picture, left_in_picture], mirrored=False)
    assert (first.label, second.label) == ("right", "left")
    np.testing.assert_allclose(first.joints[WRIST], [-SLOT_SPACING / 2, 0, WRIST_HEIGHT], atol=1e-6)
    np.testing.assert_allclose(second.joints[WRIST], [SLOT_SPACING / 2, 0, WRIST_HEIGHT], atol=1e-6)
    mirrored = place_hands([right_in_picture, left_in_picture], mirrored=True)
    assert [hand.label for hand in mirrored] == ["left", "right"]


def test_a_true_hand_stands_in_the_place_and_size_of_the_tracked_one():
    left, right = sample_hand((100, 400)), sample_hand((500, 400), handedness="left")
    truth = truth_of(right, moved_2d=(8.0, 0.0))
    truth = replace(truth, joints_3d=truth.joints_3d * 0.8)  # a child's
    first, second = place_hands([left, right], mirrored=True, truths=[truth])
    assert second.true_joints is None
    assert first.true_joints is not None
    np.testing.assert_allclose(first.true_joints, first.joints, atol=1e-6)


def test_one_hand_stands_in_the_middle():
    (placed,) = place_hands([sample_hand((30, 30))], mirrored=False)
    np.testing.assert_allclose(placed.joints[WRIST], [0, 0, WRIST_HEIGHT], atol=1e-6)


@pytest.mark.parametrize("degrees", [60, 90, 135, 180, -45, -90, -150])
def test_a_hand_that_points_sideways_or_down_is_seen_whole_over_the_floor(degrees):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    hand = sample_hand()
    turned = replace(hand, joints_3d=(hand.joints_3d @ turn.T).astype(np.float32))
    (placed,) = place_hands([turned], mirrored=False)
    seen, _ = default_camera(1).project(placed.joints, 300, 300)
    assert seen.min() > 15
    assert seen.max() < 285
    assert placed.joints[:, 2].min() > FLOOR_HEIGHT + 0.01
    from_wrist = placed.joints - placed.joints[WRIST]
    np.testing.assert_allclose(from_wrist, to_view_axes(turned.joints_3d, mirrored=False), atol=1e-6)


@pytest.mark.parametrize("hands", [1, 2, 3, 4])
def test_all_hands_fit_in_the_default_view(hands):
    shown = [sample_hand((100.0 + 150 * place, 400)) for place in range(hands)]
    camera = default_camera(hands)
    for placed in place_hands(shown, mirrored=False):
        pixels, _ = camera.project(placed.joints, 350, 350)
        assert pixels.min() > 5
        assert pixels.max() < 345


def test_the_camera_turns_about_its_centre():
    camera = OrbitCamera(distance=0.6, centre=(0.1, 0.0, -0.2))
    turned = camera.orbited(70, -30)
    for view in (camera, turned):
        pixels, scale = view.project(np.array([camera.centre]), *SIZE)
        np.testing.assert_allclose(pixels, [[200, 150]], atol=1e-9)
        assert scale[0] == pytest.approx(camera.project(np.array([camera.centre]), *SIZE)[1][0])
        np.testing.assert_allclose(view.axes() @ view.axes().T, np.eye(3), atol=1e-12)
        assert np.linalg.det(view.axes()) == pytest.approx(-1)  # right, up, forward: left-handed


def test_dragging_to_the_right_turns_the_front_to_the_right():
    camera = OrbitCamera()
    front = np.array([[0.0, -0.1, 0.0]])
    before, _ = camera.project(front, *SIZE)
    after, _ = camera.orbited(20, 0).project(front, *SIZE)
    assert after[0, 0] > before[0, 0] + 5
    raised, _ = camera.orbited(0, 20).project(front, *SIZE)
    assert raised[0, 1] < before[0, 1] - 5


def test_orbit_and_zoom_stay_within_what_can_be_seen():
    assert OrbitCamera().orbited(0, 500).elevation == -89
    assert OrbitCamera().orbited(0, -500).elevation == 89
    assert OrbitCamera().zoomed(1e-6).distance == pytest.approx(0.15)
    assert OrbitCamera().zoomed(1e6).distance == pytest.approx(2.5)


def test_points_behind_the_camera_stay_finite():
    pixels, scale = OrbitCamera(distance=0.3).project(np.array([[0.0, -5.0, 0.0], [0.0, -0.3, 0.0]]), *SIZE)
    assert np.isfinite(pixels).all()
    assert (scale > 0).all()


def test_the_floor_lies_flat_below_the_hands():
    lines = floor_lines(2)
    assert lines.shape[1:] == (2, 3)
    np.testing.assert_allclose(lines[..., 2], FLOOR_HEIGHT)
    assert np.abs(lines[..., 0]).max() > np.abs(floor_lines(1)[..., 0]).max()
    joints = to_view_axes(sample_hand().joints_3d, mirrored=False)
    shadow = floor_shadow(joints)
    np.testing.assert_allclose(shadow[:, 2], FLOOR_HEIGHT)
    np.testing.assert_array_equal(shadow[:, :2], joints[:, :2])


def test_opengl_sees_points_where_the_painter_does():
    gl = pytest.importorskip("pyqtgraph.opengl")
    pg = pytest.importorskip("pyqtgraph")
    camera = OrbitCamera(azimuth=-60, elevation=25, distance=0.5, centre=(0.05, 0.0, 0.02))
    view = gl.GLViewWidget()
    view.opts.update(
        azimuth=camera.azimuth,
        elevation=camera.elevation,
        distance=camera.distance,
        center=pg.Vector(*camera.centre),
        fov=horizontal_field_of_view(*SIZE),
    )
    region = (0, 0, *SIZE)
    matrix = np.array((view.projectionMatrix(region, region) * view.viewMatrix()).data()).reshape(4, 4).T
    points = place_hands([sample_hand()], mirrored=False)[0].joints
    clip = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    device = clip[:, :2] / clip[:, 3:]
    expected = np.column_stack([(device[:, 0] + 1) / 2 * SIZE[0], (1 - device[:, 1]) / 2 * SIZE[1]])
    np.testing.assert_allclose(camera.project(points, *SIZE)[0], expected, atol=0.05)
    view.deleteLater()


def test_a_place_is_told_in_the_axes_of_the_picture_as_it_is_shown():
    hand = sample_hand()
    plain, mirrored = (place_hands([hand], flipped)[0].position for flipped in (False, True))
    minus = "\N{MINUS SIGN}"
    assert plain == f"x +4  y {minus}11  z 44 ± 3 cm"
    assert mirrored == f"x {minus}4  y {minus}11  z 44 ± 3 cm"


def test_sigma_in_depth_is_what_the_picture_leaves_of_all_three_axes():
    hand = sample_hand(scale=2000.0)
    across, depth = 0.004, 0.015
    hand = replace(
        hand,
        sigma_2d=np.full(21, across * 2000.0, np.float32),
        sigma_3d=np.full(21, np.sqrt((2 * across**2 + depth**2) / 3), np.float32),
    )
    # View axes: x right, y away, z up.
    np.testing.assert_allclose(sigma_along_axes(hand), np.tile([across, depth, across], (21, 1)), rtol=1e-3)
    (placed,) = place_hands([hand], mirrored=True)
    np.testing.assert_allclose(placed.sigma[:, 1], depth, rtol=1e-3)


def test_sigmas_of_a_real_hand_fit_those_of_its_distance(counting_clip, hand_bundle):
    with av.open(str(counting_clip)) as container, HandTracker.load(field_of_view=60.0) as tracker:
        frame = next(container.decode(video=0)).to_ndarray(format="bgr24")
        (hand,) = tracker.detect(frame).hands
    focal = Intrinsics.from_field_of_view(544, 960, 60.0).focal
    assert hand.wrist_position is not None
    across = hand.sigma_2d * float(hand.wrist_position[2]) / focal
    depth = np.sqrt(3 * np.square(hand.sigma_3d) - 2 * np.square(across))
    axes = sigma_along_axes(hand)
    np.testing.assert_allclose(axes[:, 0], across, rtol=0.15)
    # The wrist is where depth is counted from: next to nothing is left of its own.
    np.testing.assert_allclose(axes[:, 1], depth, rtol=0.15, atol=0.001)
