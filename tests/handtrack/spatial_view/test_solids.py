"""Bones and skin are the solids that they claim to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from handtrack.geometry import palm_scale
from handtrack.skeleton import BONES, FINGERTIPS, HAND_COLOURS_RGB
from handtrack.spatial_view.bones import BONE_RADIUS, JOINT_RADIUS, bone_rods, stick_hands
from handtrack.spatial_view.hands import joined_hands
from handtrack.spatial_view.meshes import Mesh, painted
from handtrack.spatial_view.skin import RADII, capsules, skin_hands, wedges
from handtrack.spatial_view.trails import TRAIL_S, trails
from tests.handtrack.spatial_view.conftest import FPS, spatial


def as_trimesh(mesh: Mesh) -> trimesh.Trimesh:
    found = trimesh.Trimesh(mesh.points, mesh.triangles, vertex_normals=mesh.normals, process=False)
    found.merge_vertices(merge_norm=True, merge_tex=True)
    return found


def depth_in_hulls(points: np.ndarray, starts: np.ndarray, ends: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """How far points (P, 3) are from the nearest of K hulls of two balls, below 0 inside.

    starts, ends: (K, 3) centres. radii: (K, 2) of those. Exact.
    """
    along = ends - starts
    length = np.linalg.norm(along, axis=1)
    axial = np.einsum("pki,ki->pk", points[:, None] - starts, along / length[:, None])
    radial = np.sqrt(np.maximum(np.square(points[:, None] - starts).sum(-1) - axial**2, 0))
    wider = (radii[:, 1] - radii[:, 0]) / length
    place = np.clip(axial + wider * radial / np.sqrt(1 - wider**2), 0, length)
    return (np.hypot(axial - place, radial) - radii[:, 0] - wider * place).min(axis=1)


@pytest.mark.parametrize(("thick", "thin"), [(0.012, 0.012), (0.02, 0.007), (0.007, 0.02)])
def test_a_capsule_is_the_hull_of_its_two_balls(thick, thin):
    ends = np.array([[0.02, -0.03, 0.4], [0.05, 0.01, 0.43]])
    points, normals, triangles = capsules(ends[:1], ends[1:], np.array([thick]), np.array([thin]))
    reach = depth_in_hulls(points[0], ends[:1], ends[1:], np.array([[thick, thin]]))
    np.testing.assert_allclose(reach, 0, atol=1e-9)
    solid = as_trimesh(painted(points, normals, triangles, np.ones((1, 3))))
    assert solid.is_watertight
    assert solid.volume > 0  # its triangles look outward
    if thick == thin:
        length = np.linalg.norm(ends[1] - ends[0])
        assert solid.volume == pytest.approx(np.pi * thick**2 * (length + 4 / 3 * thick), rel=0.06)


def test_a_wedge_lies_between_planes_that_touch_three_balls():
    corners = np.array([[[0, 0, 0.5], [0.08, 0.01, 0.52], [0.03, 0.09, 0.49]]])
    radii = np.array([[0.02, 0.012, 0.009]])
    points, normals = wedges(corners, radii)
    for side in (points[0, :3], points[0, 3:]):
        normal = np.cross(side[1] - side[0], side[2] - side[0])
        normal /= np.linalg.norm(normal)
        np.testing.assert_allclose(np.abs((side[0] - corners[0]) @ normal), radii[0], atol=1e-9)
    assert (np.einsum("vi,vi->v", points[0] - np.tile(corners[0], (2, 1)), normals[0]) > 0).all()


def test_balls_that_swallow_each_other_give_no_number_that_is_none():
    one = np.array([[[0, 0, 0.5], [0.001, 0, 0.5], [0, 0.001, 0.5]], [[0, 0, 0.5]] * 3])
    points, normals = wedges(one, np.array([[0.05, 0.001, 0.001]] * 2))
    assert np.isfinite(points).all()
    assert np.isfinite(normals).all()


def test_sticks_have_a_ball_a_joint_and_a_rod_a_bone_in_the_colour_of_their_side():
    hands = spatial(0, "right", "left")
    mesh = stick_hands(hands)
    near = np.linalg.norm(mesh.points[:, None] - hands.joints.reshape(1, -1, 3), axis=2)
    on_ball = np.isclose(near.min(axis=1), JOINT_RADIUS, atol=1e-6)
    assert set(near.argmin(axis=1)[on_ball]) == set(range(42))
    rods = bone_rods(hands).points.reshape(40, -1, 3)
    starts, ends = (hands.joints[:, joints].reshape(-1, 3) for joints in np.array(BONES).T)
    for rod, start, end in zip(rods, starts[:, None], ends[:, None], strict=True):
        np.testing.assert_allclose(
            depth_in_hulls(rod, start, end, np.full((1, 2), BONE_RADIUS)), 0, atol=1e-7
        )
        assert np.linalg.norm(np.ptp(rod @ (end - start).T, axis=0)) == pytest.approx(
            np.sum((end - start) ** 2)
        )
    right = near.argmin(axis=1) < 21
    for side, of_side in (("right", right), ("left", ~right)):
        colour = np.array(HAND_COLOURS_RGB[side]) / 255
        np.testing.assert_allclose(
            mesh.colours[on_ball & of_side], np.tile(colour, ((on_ball & of_side).sum(), 1))
        )


@pytest.mark.parametrize("side", ["right", "left"])
def test_skin_is_as_thick_as_the_palm_is_long(side):
    hands = spatial(10, side)
    skin = skin_hands(hands)
    radii = RADII * palm_scale(hands.joints[0])
    for tip in FINGERTIPS:
        from_tip = np.linalg.norm(skin.points - hands.joints[0, tip], axis=1)
        assert from_tip.min() == pytest.approx(radii[tip], abs=1e-6)
    np.testing.assert_allclose(np.linalg.norm(skin.normals, axis=1), 1, atol=1e-6)
    larger = skin_hands(replace(hands, joints=1.3 * hands.joints))
    np.testing.assert_allclose(larger.points, 1.3 * skin.points, atol=1e-6)


def test_the_skins_of_two_hands_are_those_of_each():
    both = skin_hands(spatial(10, "right", "left"))
    alone = [skin_hands(spatial(10, side)) for side in ("right", "left")]
    for name in ("points", "normals", "colours"):
        expected = np.concatenate([getattr(each, name) for each in alone])
        found = getattr(both, name)
        order = [np.lexsort(values.T.round(9)) for values in (found, expected)]
        np.testing.assert_allclose(found[order[0]], expected[order[1]], atol=1e-8)


def test_a_trail_goes_back_so_far_thins_and_breaks_where_a_hand_was_lost():
    seen = [index for index in range(90) if not 60 <= index < 70]
    past = joined_hands([spatial(index, "right") for index in seen])
    now = 89 / FPS
    mesh = trails(past, now, [8], (0.0, 0.0, 0.0))
    tips = past.joints[:, 8]
    near = np.linalg.norm(mesh.points[:, None] - tips, axis=2)
    assert near.min(axis=1).max() < 0.0029
    times = past.time[near.argmin(axis=1)]
    assert times.min() >= now - TRAIL_S - 1e-6
    new, old = near.min(axis=1)[times > now - 0.2].max(), near.min(axis=1)[times < now - 1.3].max()
    assert old < 0.6 * new
    assert mesh.colours[times > now - 0.2].mean() > 2 * mesh.colours[times < now - 1.3].mean()
    # No tube leads over the gap.
    gap = np.linalg.norm(tips[60] - tips[59])
    sides = np.linalg.norm(np.diff(mesh.points[mesh.triangles], axis=1), axis=2)
    assert sides.max() < 0.6 * gap


def test_the_palm_takes_light_as_one_surface():
    hands = spatial(10, "right")
    skin = skin_hands(hands)
    wedges_of_palm = (5, 2, 3, 3)  # each has two sides of three corners, of which the first is at the wrist
    points, normals = (values[-30:].reshape(wedges_of_palm) for values in (skin.points, skin.normals))
    outward = points[:, :, 0] - hands.joints[0, 0]
    for side in (0, 1):
        np.testing.assert_allclose(normals[:, side, 0], np.tile(normals[0, side, 0], (5, 1)), atol=1e-9)
    assert (np.einsum("wsi,wsi->ws", outward, normals[:, :, 0]) > 0).all()
