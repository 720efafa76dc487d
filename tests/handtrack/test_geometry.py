from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.geometry import Intrinsics, depth_on_rays, lift_to_metres, palm_scale, procrustes_align
from tests.handtrack.open_hand import open_hand


@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.25, -0.1)])
def test_lifting_a_projected_hand_gives_it_back(offset):
    camera = Intrinsics.from_field_of_view(1280, 720, 60)
    hand = open_hand()
    turn = cv2.Rodrigues(np.array([0.6, 0.4, 0.2]))[0]
    hand = hand @ turn.T
    placed = hand + np.array([*offset, 0.5])
    image = placed[:, :2] / placed[:, 2:] * camera.focal + np.array(camera.centre)
    depth = depth_on_rays(placed) * camera.focal
    palm = palm_scale(hand)
    lifted, metres_per_pixel = lift_to_metres(image, depth, camera, palm)
    assert np.allclose(lifted, hand, atol=1e-5)
    assert metres_per_pixel == pytest.approx(0.5 / camera.focal, rel=1e-4)


def test_depth_does_not_depend_on_where_in_the_frame_a_hand_is():
    """What a crop shows is the same when hand and viewing direction turn together."""
    hand = open_hand() @ cv2.Rodrigues(np.array([0.6, 0.4, 0.2]))[0].T
    placed = hand - hand.mean(axis=0) + np.array([0, 0, 0.6])
    aside = cv2.Rodrigues(np.array([0.0, 0.4, 0.0]))[0]
    middle, corner = depth_on_rays(placed), depth_on_rays(placed @ aside.T)
    assert np.corrcoef(middle, corner)[0, 1] > 0.999


def test_field_of_view_spans_the_longer_side():
    camera = Intrinsics.from_field_of_view(720, 1280, 90)
    assert camera.focal == pytest.approx(640)
    assert camera.centre == (360, 640)


def test_procrustes_undoes_turn_scale_and_shift():
    generator = np.random.default_rng(1)
    points = generator.normal(size=(21, 3))
    turn = cv2.Rodrigues(generator.normal(size=3))[0]
    target = 2.5 * points @ turn.T + [1, 2, 3]
    assert np.allclose(procrustes_align(points, target), target)


def test_procrustes_does_not_reflect():
    points = np.random.default_rng(2).normal(size=(21, 3))
    mirrored = points * [-1, 1, 1]
    assert np.linalg.norm(procrustes_align(points, mirrored) - mirrored, axis=1).mean() > 0.3
