from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.body.subdivision import control_points, loop_subdivision

TETRAHEDRON = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
CORNERS = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])


def test_each_face_becomes_four_and_the_mesh_stays_closed() -> None:
    matrix, faces = loop_subdivision(TETRAHEDRON, 4)

    assert matrix.shape == (10, 4)
    assert faces.shape == (16, 3)
    edges = {tuple(edge) for face in faces.tolist() for edge in zip(face, face[1:] + face[:1], strict=True)}
    assert len(edges) == 48
    assert {(b, a) for a, b in edges} == edges


def test_every_vertex_is_a_mean_of_control_points() -> None:
    matrix, _ = loop_subdivision(TETRAHEDRON, 4)

    np.testing.assert_allclose(matrix.sum(axis=1), 1.0)
    assert matrix.min() >= 0


def test_faces_keep_their_sense() -> None:
    matrix, faces = loop_subdivision(TETRAHEDRON, 4)

    def volume(points: np.ndarray, triangles: np.ndarray) -> float:
        a, b, c = (points[triangles[:, k]] for k in range(3))
        return float(np.einsum("ni,ni->", a, np.cross(b, c)))

    coarse = volume(CORNERS, TETRAHEDRON)
    assert np.sign(volume(matrix @ CORNERS, faces)) == np.sign(coarse)
    assert abs(volume(matrix @ CORNERS, faces)) < abs(coarse)  # corners are rounded off


def test_control_points_make_the_surface_pass_through_the_points() -> None:
    matrix, _ = loop_subdivision(TETRAHEDRON, 4)

    np.testing.assert_allclose((matrix @ control_points(matrix, CORNERS))[:4], CORNERS, atol=1e-12)


def test_open_mesh_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly two faces"):
        loop_subdivision(TETRAHEDRON[:3], 4)
