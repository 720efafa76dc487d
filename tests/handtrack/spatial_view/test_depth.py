"""Depths of solids that are known exactly, and of hands that stand where the camera sees them."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.exports.solids import ball
from handtrack.spatial_view.depth import depth_map
from handtrack.spatial_view.meshes import Mesh, no_mesh, painted
from handtrack.spatial_view.scene import Moment
from handtrack.spatial_view.scenery import Frustum
from handtrack.spatial_view.skin import capsules
from handtrack.spatial_view.surface_sheet import surface_depths, surface_sheet
from tests.handtrack.spatial_view.conftest import CAMERA, SIZE, quartered, spatial


def sphere(centre: np.ndarray, radius: float) -> Mesh:
    points, normals, triangles = ball(radius, around=120, rings=61)
    return painted(points[None] + centre, normals[None], triangles, np.ones((1, 3)))


def rays() -> np.ndarray:
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    flat = (np.stack([x, y], axis=-1) - CAMERA.centre) / CAMERA.focal
    return np.concatenate([flat, np.ones((*flat.shape[:2], 1))], axis=-1)


def test_a_ball_is_as_far_as_geometry_says():
    centre, radius = np.array([0.03, -0.02, 0.5]), 0.06
    found = depth_map([sphere(centre, radius)], CAMERA, SIZE)
    ray = rays()
    a, b, c = (ray * ray).sum(-1), ray @ centre, centre @ centre - radius**2
    square = b * b - a * c
    expected = np.where(square > 0, (b - np.sqrt(np.maximum(square, 0))) / a, np.inf)
    # At the very rim the ball's facets end a little earlier.
    rim = np.abs(square) < 0.06 * square.max()
    np.testing.assert_allclose(found.depth[~rim], expected[~rim], atol=2e-4)
    assert np.array_equal(found.which >= 0, np.isfinite(found.depth))
    assert rim.sum() < 0.2 * np.isfinite(found.depth).sum()


def test_a_capsule_across_the_view_is_as_far_as_geometry_says():
    radius, depth = 0.02, 0.4
    solid = capsules(
        np.array([[-0.06, 0, depth]]), np.array([[0.06, 0, depth]]), *np.full((2, 1), radius), around=200
    )
    found = depth_map([painted(*solid, np.ones((1, 3)))], CAMERA, SIZE)
    slope = rays()[:, SIZE[0] // 2, 1]
    square = depth**2 - (1 + slope**2) * (depth**2 - radius**2)
    expected = np.where(square > 0, (depth - np.sqrt(np.maximum(square, 0))) / (1 + slope**2), np.inf)
    column = found.depth[:, SIZE[0] // 2]
    inside = square > 0.06 * square.max()
    np.testing.assert_allclose(column[inside], expected[inside], atol=2e-4)
    assert not np.isfinite(column[square < -0.06 * square.max()]).any()
    assert column[SIZE[1] // 2] == pytest.approx(depth - radius, abs=1e-4)


def test_of_two_solids_the_nearer_is_met_and_named_even_beside_an_empty_one():
    far, near = sphere(np.array([0, 0, 0.6]), 0.1), sphere(np.array([0, 0, 0.4]), 0.02)
    found = depth_map([no_mesh(), far, near], CAMERA, SIZE)
    middle = SIZE[1] // 2, SIZE[0] // 2
    assert found.which[middle] == 2
    assert found.depth[middle] == pytest.approx(0.38, abs=1e-3)
    assert found.which[middle[0], middle[1] + 30] == 1
    assert found.which[0, 0] == -1
    assert np.isinf(found.depth[0, 0])
    assert not np.isfinite(depth_map([no_mesh()], CAMERA, SIZE).depth).any()


def test_the_surface_of_a_hand_lies_over_its_joints_in_the_picture():
    hands = spatial(5, "right", "left")
    moment = Moment(0.0, hands, hands, Frustum(CAMERA, SIZE, 0.8), None)
    found = surface_depths(hands, moment)
    for number in (0, 1):
        seen = hands.joints[number] @ np.diag([CAMERA.focal, CAMERA.focal, 1])
        x, y = np.rint(seen[:, :2] / seen[:, 2:] + CAMERA.centre).astype(int).T
        assert (found.which[y, x] == number).all()
        # A joint lies inside the flesh: the surface is before it.
        before = hands.joints[number, :, 2] - found.depth[y, x]
        assert before.min() > 0.003
        assert np.median(before) < 0.03


def test_the_sheet_shows_picture_depths_and_an_outline_in_the_colour_of_each_hand():
    hands = spatial(5, "right", "left")
    image = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    sheet = surface_sheet(Moment(0.0, hands, hands, Frustum(CAMERA, SIZE, 0.8), image), image)
    width = (sheet.shape[1] - SIZE[0] * 3) // 2 + SIZE[0]
    first, depths, outline = (sheet[: SIZE[1], n * width : n * width + SIZE[0]].astype(int) for n in range(3))
    assert (first == 128).all()
    drawn = np.abs(outline - 128).max(axis=2) > 20
    assert 0.01 < drawn.mean() < 0.12  # a line, no area
    right, left = outline[:, SIZE[0] // 2 :], outline[:, : SIZE[0] // 2]
    assert (right[..., 0] - right[..., 2] > 60).sum() > 50 > (right[..., 2] - right[..., 0] > 60).sum()
    assert (left[..., 2] - left[..., 0] > 60).sum() > 50 > (left[..., 0] - left[..., 2] > 60).sum()
    # The right hand is nearer: yellow there, blue at the other.
    near, far = depths[:, SIZE[0] // 2 :], depths[:, : SIZE[0] // 2]
    assert (near[..., 1] > 150).sum() > 200 > (far[..., 1] > 150).sum()


def test_a_large_picture_is_shown_smaller():
    hands = spatial(5, "right")
    image = quartered((1920, 1440))
    camera = type(CAMERA).from_field_of_view(1920, 1440, 60.0)
    sheet = surface_sheet(Moment(0.0, hands, hands, Frustum(camera, (1920, 1440), 0.8), image), image)
    assert sheet.shape[1] == 3 * 960 + 24
