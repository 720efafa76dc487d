from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.looks.lighting import (
    Lighting,
    ambient_terms,
    broad_light,
    even_light,
    lighting_from,
    lighting_in_picture,
    panorama_directions,
    random_lamp,
    random_lighting,
    surroundings,
    white_balanced,
)

UP = np.array([0.0, -1.0, 0.0])


def radiance(terms: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """What the shader computes: light on a white matt surface."""
    x, y, z = normal
    polynomials = np.array([1, y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y])
    return polynomials @ terms


def test_even_surroundings_light_every_side_alike():
    source = surroundings(np.full((64, 128, 3), 0.4, np.float32))
    lighting = lighting_from(source, np.eye(3))

    for normal in (UP, -UP, np.array([0.6, 0.0, 0.8])):
        np.testing.assert_allclose(radiance(lighting.ambient, normal), 0.4, rtol=0.03)
    assert lighting.key.colour.max() < 0.02


@pytest.mark.parametrize("place", [(10, 20), (16, 48), (25, 5)])
def test_a_panoramas_bright_spot_becomes_the_lamp(place):
    panorama = np.full((64, 128, 3), 0.1, np.float32)
    row, column = place
    panorama[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 40.0
    towards = panorama_directions(32, 64)[row, column]

    lamp = surroundings(panorama).lamp

    assert lamp.direction @ towards > 0.99
    assert lamp.colour.min() > 0.02


def test_light_is_neither_lost_nor_made():
    rng = np.random.default_rng(0)
    panorama = rng.uniform(0.0, 0.5, (64, 128, 3)).astype(np.float32)
    panorama[10:16, 20:26] = 3.0
    source = surroundings(panorama)

    directions = panorama_directions(64, 128).reshape(-1, 3)
    area = np.sqrt(1 - directions[:, 1] ** 2)
    total = (panorama.reshape(-1, 3) * (area / area.sum() * 4 * np.pi)[:, None]).sum(axis=0)
    np.testing.assert_allclose(source.light.sum(axis=0) + np.pi * source.lamp.colour, total, rtol=0.02)


def test_light_turns_with_the_camera():
    panorama = np.full((64, 128, 3), 0.1, np.float32)
    panorama[:, 90:100] = 2.0
    turn = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    straight, turned = (lighting_from(surroundings(panorama), m) for m in (np.eye(3), turn))

    normal = np.array([0.6, 0.0, 0.8])
    np.testing.assert_allclose(
        radiance(turned.ambient, turn @ normal), radiance(straight.ambient, normal), rtol=1e-4
    )
    np.testing.assert_allclose(turned.key.direction, turn @ straight.key.direction)


def test_light_from_one_direction_follows_lamberts_law():
    terms = ambient_terms(UP[None], np.full((1, 3), np.pi))

    # Second-order harmonics keep the cosine to about 6 %.
    assert radiance(terms, UP)[0] == pytest.approx(1.0, abs=0.08)
    assert radiance(terms, np.array([0.0, -0.6, 0.8]))[0] == pytest.approx(0.6, abs=0.08)
    assert radiance(terms, -UP)[0] == pytest.approx(0.0, abs=0.08)


def test_a_broad_light_has_its_colour_at_its_peak_and_reaches_round():
    colour = np.array([0.9, 0.8, 0.5])
    terms = broad_light(UP, colour)

    np.testing.assert_allclose(radiance(terms, UP), colour, rtol=0.01)
    assert 0.3 < radiance(terms, np.array([1.0, 0.0, 0.0]))[0] / colour[0] < 0.6
    assert abs(radiance(terms, -UP)[0]) < 0.05


def test_low_temperatures_are_warm_and_high_ones_cold():
    warm, neutral, cold = (white_balanced(kelvin) for kelvin in (2800.0, 5500.0, 9000.0))

    assert warm[0] > 1.3 * warm[2]
    np.testing.assert_allclose(neutral, 1.0, atol=1e-6)
    assert cold[2] > 1.1 * cold[0]


def test_random_lights_are_finite_positive_and_fixed_by_their_seed():
    base = Lighting(even_light(np.full(3, 0.4)), random_lamp(np.random.default_rng(0), 0.4))
    for seed in range(50):
        one, two = (random_lighting(np.random.default_rng(seed), base) for _ in range(2))
        np.testing.assert_array_equal(one.ambient, two.ambient)
        assert np.isfinite(one.ambient).all()
        assert (one.key.colour >= 0).all()
        assert np.linalg.norm(one.key.direction) == pytest.approx(1.0)


def test_a_pictures_light_has_its_brightness_and_leans_to_its_bright_side():
    dark = np.full((16, 16, 3), 0.05, np.float32)
    half = dark.copy()
    half[:, 8:] = 0.8

    def ambient(picture: np.ndarray) -> np.ndarray:
        draws = [lighting_in_picture(np.random.default_rng(seed), picture).ambient for seed in range(100)]
        return np.mean(draws, axis=0)

    right, left = np.array([1.0, 0.0, 0.0]), np.array([-1.0, 0.0, 0.0])
    assert radiance(ambient(half), UP)[1] > 4 * radiance(ambient(dark), UP)[1]
    assert radiance(ambient(half), right)[1] > 1.15 * radiance(ambient(half), left)[1]
