from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.looks.solids import Material, Thing, box, cylinder, ellipsoid, grid, torus

MATERIAL = Material(np.full(3, 0.5), np.full(3, 0.2))
SOLIDS = {
    "box": box(np.array([0.1, 0.02, 0.3]), MATERIAL),
    "cylinder": cylinder(0.02, 0.1, MATERIAL),
    "ellipsoid": ellipsoid(np.array([0.03, 0.05, 0.02]), MATERIAL),
    "torus": torus(0.03, 0.004, MATERIAL),
}


@pytest.mark.parametrize("thing", SOLIDS.values(), ids=SOLIDS)
def test_normals_are_unit_vectors_and_lie_along_their_faces_normals(thing: Thing):
    np.testing.assert_allclose(np.linalg.norm(thing.normals, axis=1), 1.0, atol=1e-6)
    a, b, c = (thing.vertices[thing.faces[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    area = np.linalg.norm(flat, axis=1)
    large = area > 0.1 * np.median(area)
    smooth = thing.normals[thing.faces].mean(axis=1)
    cosine = (flat * smooth).sum(axis=1)[large] / area[large]
    assert np.abs(cosine).min() > 0.6


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("box", (0.1, 0.02, 0.3)),
        ("cylinder", (0.04, 0.1, 0.04)),
        ("ellipsoid", (0.06, 0.1, 0.04)),
        ("torus", (0.068, 0.008, 0.068)),
    ],
)
def test_solids_have_their_size_about_the_origin(name, size):
    vertices = SOLIDS[name].vertices
    np.testing.assert_allclose(np.ptp(vertices, axis=0), size, rtol=0.02)
    np.testing.assert_allclose((vertices.max(axis=0) + vertices.min(axis=0)) / 2, 0.0, atol=1e-3)


def test_a_placed_thing_is_turned_and_moved():
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    thing = SOLIDS["box"]

    placed = thing.placed(turn, np.array([1.0, 2.0, 3.0]))

    np.testing.assert_allclose(np.ptp(placed.vertices, axis=0), (0.02, 0.1, 0.3), atol=1e-9)
    np.testing.assert_allclose(placed.vertices.mean(axis=0), (1.0, 2.0, 3.0), atol=1e-9)
    np.testing.assert_allclose(placed.normals, thing.normals @ turn.T)


def test_a_closed_grid_has_no_gap():
    turn = np.arange(12) / 12 * 2 * np.pi
    points = np.stack(
        np.broadcast_arrays(np.cos(turn)[None], np.arange(3.0)[:, None], np.sin(turn)[None]), -1
    )
    tube = grid(points, np.zeros((3, 12, 2)), MATERIAL, closed=True)

    edges = np.sort(
        np.concatenate([tube.faces[:, [0, 1]], tube.faces[:, [1, 2]], tube.faces[:, [2, 0]]]), axis=1
    )
    middles = tube.vertices[edges].mean(axis=1).round(6)
    _, counts = np.unique(middles, axis=0, return_counts=True)
    assert (counts == 1).sum() == 2 * 12  # only the two open rims
