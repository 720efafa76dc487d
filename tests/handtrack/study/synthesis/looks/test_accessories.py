from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from handtrack.study.synthesis.looks.accessories import (
    HELD_KINDS,
    bracelet,
    held_thing,
    occluder,
    random_accessories,
    ring,
    sleeve,
    watch,
)
from handtrack.study.synthesis.looks.placement import HandSurface
from tests.handtrack.study.synthesis.placed_hands import placed_hand


@pytest.fixture(scope="module", params=["right", "left"])
def hand(request) -> HandSurface:
    return placed_hand(request.param)


def nearest_arm(hand: HandSurface, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance (N,) to the nearest vertex of the hand, and how far outside its skin (N,)."""
    distances, chosen = cKDTree(hand.vertices).query(points)
    return distances, ((points - hand.vertices[chosen]) * hand.normals[chosen]).sum(axis=1)


def test_a_sleeve_lies_over_the_arm_from_its_cuff_on(hand):
    cloth = sleeve(np.random.default_rng(0), hand, 0.05)

    along = cloth.vertices[:, 1] - hand.joints[0, 1]
    assert along.min() == pytest.approx(0.05, abs=0.006)
    assert along.max() > 0.45
    over = cloth.vertices[along > 0.06]
    _, outside = nearest_arm(hand, over)
    assert np.median(outside) > 0.003
    assert (outside > -0.002).mean() > 0.97


@pytest.mark.parametrize("make", [bracelet, lambda rng, hand: watch(rng, hand)[0]])
def test_bands_lie_about_the_wrist(hand, make):
    band = make(np.random.default_rng(1), hand)

    along = band.vertices[:, 1] - hand.joints[0, 1]
    distance, outside = nearest_arm(hand, band.vertices)
    assert along.min() > 0.0
    assert along.max() < 0.08
    assert (distance < 0.012).all()
    assert outside.mean() > 0.0005


def test_a_watch_sits_on_the_back_or_the_inside_of_the_wrist(hand):
    case = watch(np.random.default_rng(1), hand)[1]

    middle = case.vertices.mean(axis=0) - hand.joints[0]
    assert abs(middle[2]) > 0.012
    assert abs(middle[0]) < 0.015


@pytest.mark.parametrize("finger", range(5))
def test_a_ring_goes_round_its_finger(hand, finger):
    band = ring(np.random.default_rng(0), hand, finger)

    middle = band.vertices.mean(axis=0)
    start = hand.joints[(2, 6, 11, 16, 21)[finger]]
    end = hand.joints[(3, 7, 12, 17, 22)[finger]]
    share = (middle - start) @ (end - start) / ((end - start) @ (end - start))
    assert 0.45 < share < 0.75
    assert np.linalg.norm(middle - (start + share * (end - start))) < 0.006
    distance, _ = nearest_arm(hand, band.vertices)
    assert (distance < 0.006).all()


@pytest.mark.parametrize("kind", HELD_KINDS)
def test_held_things_are_at_the_palm_side_within_reach(hand, kind):
    thing = held_thing(np.random.default_rng(2), hand, kind)

    middle = thing.vertices.mean(axis=0)
    assert np.linalg.norm(middle - hand.joints[11]) < 0.16
    if kind != "pen":
        assert middle[2] < hand.joints[0, 2]  # the palm looks to the camera


def test_an_occluder_is_between_the_camera_and_the_hand(hand):
    for seed in range(20):
        thing = occluder(np.random.default_rng(seed), hand)
        middle = thing.vertices.mean(axis=0)
        assert 0.1 < middle[2] < hand.joints[:, 2].max()


def test_a_seed_gives_one_set_of_things_and_all_kinds_occur(hand):
    counts = []
    for seed in range(60):
        one, two = (random_accessories(np.random.default_rng(seed), hand) for _ in range(2))
        counts.append(len(one))
        for first, second in zip(one, two, strict=True):
            np.testing.assert_array_equal(first.vertices, second.vertices)
            assert np.isfinite(first.vertices).all()
            np.testing.assert_allclose(np.linalg.norm(first.normals, axis=1), 1.0, atol=1e-3)
            assert first.faces.max() < len(first.vertices)
    assert min(counts) == 0
    assert max(counts) >= 3
