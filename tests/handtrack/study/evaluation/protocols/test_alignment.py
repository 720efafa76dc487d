from __future__ import annotations

import numpy as np
import pytest

from handtrack.geometry import procrustes_align
from handtrack.study.evaluation.protocols.alignment import bone_scaled_errors, procrustes_errors
from tests.handtrack.study.evaluation.conftest import spread_hand

TURN = np.array([[0, -1, 0], [0, 0, -1], [1, 0, 0]])  # a rotation: its determinant is 1
MIRROR = np.diag([-1, 1, 1])


def test_procrustes_takes_out_place_turn_and_size() -> None:
    truth = spread_hand()

    assert procrustes_errors(3.7 * truth @ TURN.T + [1, 2, 3], truth) == pytest.approx(0, abs=1e-12)


def test_procrustes_also_mirrors_as_the_official_code_does() -> None:
    truth = spread_hand()
    strict = np.linalg.norm(procrustes_align(truth @ MIRROR, truth) - truth, axis=1)

    assert procrustes_errors(truth @ MIRROR, truth) == pytest.approx(0, abs=1e-12)
    assert strict.mean() > 0.005


def test_procrustes_error_of_a_cross_with_one_arm_doubled() -> None:
    # By symmetry nothing is turned. Scale = sum(p * t) / sum(p * p) = (2 + 4) / (2 + 8) = 0.6.
    truth = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    points = truth * [1, 2, 1]

    # |0.6 - 1| on the first arm, |1.2 - 1| on the second.
    assert procrustes_errors(points, truth) == pytest.approx([0.4, 0.4, 0.2, 0.2])
    assert procrustes_errors(5 * points @ TURN.T - 7, truth) == pytest.approx([0.4, 0.4, 0.2, 0.2])


def test_procrustes_of_points_without_extent_leaves_them_in_the_middle() -> None:
    truth = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 2, 0], [0, -2, 0]])

    assert procrustes_errors(np.ones((4, 3)), truth) == pytest.approx([1, 1, 2, 2])


def hand_on_a_line() -> np.ndarray:
    """Joint number i lies i cm along x; middle MCP and PIP (9 and 10) are 1 cm apart."""
    return np.arange(21)[:, None] * np.array([0.01, 0, 0])


def test_bone_scale_takes_out_place_and_size() -> None:
    truth = hand_on_a_line() + np.array([0.1, 0.2, 0.6])

    assert bone_scaled_errors(512 * truth + 3, truth) == pytest.approx(0, abs=1e-12)


def test_bone_scale_does_not_turn() -> None:
    truth = hand_on_a_line()

    # Turned from x onto z, joint i is off by the diagonal of a square whose side is i cm.
    assert bone_scaled_errors(truth @ TURN.T, truth) == pytest.approx(np.arange(21) * 0.01 * np.sqrt(2))


def test_bone_scale_is_set_by_middle_mcp_and_pip_alone() -> None:
    truth, points = hand_on_a_line(), hand_on_a_line()
    points[10, 0] = 0.11  # this bone is 2 cm long, so all is halved: joint i comes to i / 2 cm

    expected = np.arange(21) * 0.005
    expected[10] = 0.045  # 5.5 instead of 10 cm
    assert bone_scaled_errors(points, truth) == pytest.approx(expected)


def test_bone_scale_of_a_bone_without_length_is_a_large_error_and_no_crash() -> None:
    truth, points = hand_on_a_line(), hand_on_a_line()
    points[10] = points[9]

    errors = bone_scaled_errors(points, truth)

    assert np.isfinite(errors).all()
    assert errors[1:].min() > 1
