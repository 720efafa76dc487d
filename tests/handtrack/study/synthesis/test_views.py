from __future__ import annotations

import math

import numpy as np
import pytest

from handtrack.study.datasets.sample import project
from handtrack.study.synthesis.views import (
    EDGE_SHARE,
    VIEW_SHARES,
    camera_matrix,
    euler,
    random_rotation,
    random_view,
)

# A flat right hand as seen with its palm to the camera and its fingers up, metres.
HAND = np.array(
    [(0, 0, 0)]
    + [(0.02 + 0.012 * step, -0.02 - 0.02 * step, 0) for step in range(4)]
    + [(x, -0.09 - 0.027 * step, 0) for x in (0.025, 0.0, -0.02, -0.04) for step in range(4)]
)
FINGERS, PALM_NORMAL = np.array([0, -1.0, 0]), np.array([0, 0, -1.0])


def views(count, kind=None):
    return [random_view(np.random.default_rng([1, index]), HAND, kind=kind) for index in range(count)]


def test_shares_of_views_sum_to_one():
    assert sum(VIEW_SHARES.values()) == pytest.approx(1)


def test_hands_lie_before_the_camera_and_in_the_frame_but_for_those_that_its_border_cuts():
    cut = 0
    for view in views(600):
        points = view.place(HAND)
        assert points[:, 2].min() > 0.1
        pixels = project(points, view.camera)
        inside = ((pixels >= 0) & (pixels <= np.array(view.size) - 1)).all(axis=1)
        assert inside.mean() >= 0.6
        cut += not inside.all()

    assert 0.5 * EDGE_SHARE < cut / 600 < 1.5 * EDGE_SHARE


def test_rotations_are_proper():
    for kind in VIEW_SHARES:
        rotation = random_rotation(np.random.default_rng(2), kind)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) == pytest.approx(1)


def test_sphere_views_show_the_hand_from_all_sides_alike_but_not_along_its_arm():
    to_camera = np.array([view.rotation.T @ (0, 0, -1) for view in views(2000, "sphere")])

    assert to_camera[:, 1].max() < 0.76, "the arm points at the camera"
    ring = to_camera[np.abs(to_camera[:, 1]) < 0.7]
    assert np.abs(ring.mean(axis=0)).max() < 0.06
    octants = np.unique(ring > 0, axis=0, return_counts=True)[1] / len(ring)
    assert len(octants) == 8
    assert octants.min() > 0.09


def test_webcam_views_show_fingers_up_with_palm_or_back_to_the_camera():
    chosen = views(300, "webcam")
    up = np.array([-(view.rotation @ FINGERS)[1] for view in chosen])
    facing = np.array([-(view.rotation @ PALM_NORMAL)[2] for view in chosen])

    assert np.median(up) > 0.8
    assert (facing > 0.3).mean() > 0.35
    assert (facing < -0.3).mean() > 0.2


def test_side_views_show_the_palm_edge_on():
    facing = np.array([(view.rotation @ PALM_NORMAL)[2] for view in views(200, "side")])

    assert np.median(np.abs(facing)) < 0.35


def test_end_on_views_foreshorten_the_fingers_mostly_towards_the_camera():
    along = np.array([(view.rotation @ FINGERS)[2] for view in views(200, "end_on")])

    assert np.median(np.abs(along)) > 0.85
    assert 0.6 < (along < 0).mean() < 0.9


def test_positive_pitch_points_the_fingers_at_the_camera():
    np.testing.assert_allclose(euler(0, 90, 0) @ FINGERS, (0, 0, -1), atol=1e-12)
    np.testing.assert_allclose(euler(180, 0, 0) @ PALM_NORMAL, (0, 0, 1), atol=1e-12)


def test_camera_spans_its_field_of_view_about_the_middle_of_the_pixels():
    camera = camera_matrix((640, 480), 60)

    edge = project(np.array([[math.tan(math.radians(30)), 0.0, 1.0]]), camera)[0]
    np.testing.assert_allclose(edge, (639.5, 239.5))
