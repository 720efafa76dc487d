from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.looks.skin import Skin, random_skin


def many(tone: float) -> list[Skin]:
    return [random_skin(np.random.default_rng(seed), tone) for seed in range(40)]


def test_higher_tones_are_darker():
    means = [np.mean([skin.back_colour.mean() for skin in many(tone)]) for tone in range(1, 11)]

    assert means[0] > 0.45
    assert means[-1] < 0.06
    assert means[3] > means[5] > means[7] > means[9]


def test_in_dark_skin_the_palm_is_much_lighter_than_the_back():
    def ratio(tone: float) -> float:
        return float(np.median([skin.palm_colour.mean() / skin.back_colour.mean() for skin in many(tone)]))

    assert 0.7 < ratio(1.0) < 1.3
    assert ratio(10.0) > 2.5


@pytest.mark.parametrize("tone", [1.0, 5.5, 10.0])
def test_skin_reflects_red_most_and_never_more_than_all_light(tone):
    for skin in many(tone):
        for colour in (skin.back_colour, skin.palm_colour):
            assert (colour > 0.0).all()
            assert (colour < 1.0).all()
            assert colour[0] > colour[2]


def test_tones_are_drawn_over_the_whole_scale():
    tones = [random_skin(np.random.default_rng(seed)).tone for seed in range(400)]

    shares, _ = np.histogram(tones, bins=5, range=(1.0, 10.0))
    assert (shares > 50).all()


def test_a_seed_gives_one_skin():
    first, second = (random_skin(np.random.default_rng(7)) for _ in range(2))

    assert first.sheet == second.sheet
    np.testing.assert_array_equal(first.back_colour, second.back_colour)
