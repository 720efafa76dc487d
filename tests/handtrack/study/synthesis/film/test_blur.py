"""Motion blur of a square whose motion is known."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.film.blur import blurred, fit_motion

CORNERS = np.array([(40.0, 40.0), (59.0, 40.0), (40.0, 59.0), (59.0, 59.0)])


def square() -> np.ndarray:
    layer = np.zeros((100, 100, 4), np.float32)
    layer[40:60, 40:60] = 1.0
    return layer


def test_a_motion_of_points_is_found_as_shift_turn_and_growth() -> None:
    field = np.array([[0.1, -0.2, 3.0], [0.2, 0.1, -4.0]])

    moved = CORNERS @ field[:, :2].T + field[:, 2]

    np.testing.assert_allclose(fit_motion(CORNERS, moved), field, atol=1e-9)


def test_a_shift_smears_the_layer_along_it_by_its_length_and_leaves_the_middle_where_it_is() -> None:
    motion = np.array([[0.0, 0.0, 10.0], [0.0, 0.0, 0.0]])

    alpha = blurred(square(), motion, CORNERS)[..., 3]

    columns = np.flatnonzero(alpha[50] > 0.01)
    assert (columns[0], columns[-1]) == (35, 64)  # five pixels to either side
    assert alpha[50, 40] == pytest.approx(alpha[50, 59], rel=1e-5)
    assert 0.4 < alpha[50, 40] < 0.6
    assert alpha[50, 50] == 1.0
    assert np.flatnonzero(alpha[:, 50] > 0.01).tolist() == list(range(40, 60))
    np.testing.assert_allclose(alpha.sum(), 400, rtol=1e-4)


def test_a_turn_smears_the_rim_and_not_the_pivot() -> None:
    pivot = np.array([49.5, 49.5])
    turn = np.array([[0.0, -0.4], [0.4, 0.0]])
    motion = np.column_stack([turn, -turn @ pivot])

    alpha = blurred(square(), motion, CORNERS)[..., 3]

    assert alpha[49, 49] == 1.0
    assert alpha[40, 40] < 0.9


def test_what_stands_still_stays_as_it_is() -> None:
    layer = square()

    assert blurred(layer, np.zeros((2, 3)), CORNERS) is layer
