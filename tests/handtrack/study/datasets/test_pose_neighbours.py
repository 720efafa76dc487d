from __future__ import annotations

import numpy as np
import pytest

from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.datasets.pose_neighbours import distance_to_nearest, image_shapes


@pytest.fixture
def hands() -> np.ndarray:
    """Joints (6, 21, 3) of hands that are nobody's."""
    return np.random.default_rng(0).normal(size=(6, 21, 3))


def _turned(points: np.ndarray, degrees: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return points[..., :2] @ np.array([[cosine, sine], [-sine, cosine]])


def test_a_shape_stands_upright_and_its_longer_side_is_one(hands):
    shapes = image_shapes(hands)
    assert np.ptp(shapes, axis=1).max(axis=1) == pytest.approx(np.ones(6))
    assert shapes.mean(axis=1) == pytest.approx(np.zeros((6, 2)), abs=1e-6)
    along = shapes[:, MIDDLE_MCP] - shapes[:, WRIST]
    assert along[:, 0] == pytest.approx(np.zeros(6), abs=1e-6)
    assert (along[:, 1] < 0).all(), "above the wrist: the image's y goes down"


@pytest.mark.parametrize("degrees", [20, 90, 180, 265])
def test_place_size_and_turn_are_no_matter_and_a_mirrored_hand_is_another(hands, degrees):
    moved = _turned(hands, degrees) * 37.0 + (300.0, -20.0)
    assert image_shapes(moved) == pytest.approx(image_shapes(hands), abs=1e-5)
    assert distance_to_nearest(moved, hands, count=1) == pytest.approx(np.zeros(6), abs=1e-3)
    assert distance_to_nearest(hands * (-1, 1, 1), hands, count=1).min() > 5


def test_it_is_the_mean_over_joints_and_over_the_nearest(hands):
    base = hands[:1]
    # Two joints well inside the hand's box, moved apart by a tenth of the extent: the middle stays.
    shape = image_shapes(base)[0]
    inner = np.argsort(np.abs(shape).max(axis=1))
    inner = inner[~np.isin(inner, (WRIST, MIDDLE_MCP))][:2]
    near = shape.copy()
    near[inner[0], 0] += 0.1
    near[inner[1], 0] -= 0.1
    others = np.stack([shape, near])

    assert distance_to_nearest(base, others, count=1) == pytest.approx([0.0], abs=1e-3)
    assert distance_to_nearest(base, others, count=2) == pytest.approx([100 * 0.2 / 21 / 2], abs=1e-2)


def test_hands_are_compared_in_parts_that_make_no_difference(hands):
    many = np.repeat(hands, 20, axis=0) + np.random.default_rng(1).normal(0, 0.01, (120, 21, 3))
    told = []
    distances = distance_to_nearest(many, hands, count=2, progress=lambda done, of: told.append((done, of)))
    assert distances == pytest.approx([distance_to_nearest(one[None], hands, count=2)[0] for one in many])
    assert told[-1] == (120, 120)
