from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.synthesis.rendering.camera_effects import (
    CameraLook,
    captured_size,
    compose,
    develop,
    exposure_for,
    hand_extent,
    random_camera_look,
    steady,
)
from handtrack.study.synthesis.rendering.renderer import SUPERSAMPLING, RenderedImage

CLEAN = CameraLook(
    shot_noise=0.0, read_noise=0.0, contrast=0.0, knee=0.99, quality=100, sharpening=0.0, hand_metering=0.0
)


def square(size: int = 64, colour: float = 0.5) -> RenderedImage:
    """A picture of a grey square in the middle, as the renderer would give it."""
    layer = np.zeros((size, size, 4), np.float32)
    quarter = size // 4
    layer[quarter:-quarter, quarter:-quarter] = (colour, colour, colour, 1.0)
    labels = np.repeat(np.repeat(layer[..., 3] > 0, SUPERSAMPLING, axis=0), SUPERSAMPLING, axis=1)
    return RenderedImage(layer, labels.astype(np.uint8), np.where(labels, 0.5, np.inf).astype(np.float32))


def flat(level: float, size: int = 64) -> np.ndarray:
    return np.full((size, size, 3), level, np.float32)


def test_the_hand_covers_the_background_and_leaves_the_rest():
    picture = compose(square(), flat(0.1), CLEAN)

    assert picture[32, 32, 0] == pytest.approx(0.5)
    assert picture[2, 2, 0] == pytest.approx(0.1)


def test_motion_smears_along_the_way_and_keeps_the_light():
    still = compose(square(), flat(0.0), CLEAN)
    moved = compose(square(), flat(0.0), replace(CLEAN, motion=(0.3, 0.0)))

    assert moved.sum() == pytest.approx(still.sum(), rel=0.01)
    row, column = moved[32, :, 0], moved[:, 32, 0]
    assert ((row > 0.02) & (row < 0.48)).sum() >= 10
    assert ((column > 0.02) & (column < 0.48)).sum() <= 2
    assert np.average(np.arange(64), weights=row) == pytest.approx(31.5, abs=0.3)


def test_a_turn_smears_the_corners_and_not_the_middle():
    moved = compose(square(), flat(0.0), replace(CLEAN, turn=0.5))

    assert moved[32, 32, 0] == pytest.approx(0.5)
    assert 0.02 < moved[16, 16, 0] < 0.4


@pytest.mark.parametrize("radius", [0.02, 0.1, 0.4])
def test_defocus_of_the_background_spares_the_hand(radius):
    background = flat(0.0)
    background[:, 40:] = 1.0
    blurred = compose(square(), background, replace(CLEAN, background_blur=radius))

    assert blurred[32, 32, 0] == pytest.approx(0.5)
    assert 0.05 < blurred[2, 39, 0] < 0.95


def test_the_hands_extent_is_that_of_its_skin():
    assert hand_extent(square()) == pytest.approx(32 * np.sqrt(2))


@pytest.mark.parametrize("metering", [0.0, 1.0])
def test_exposure_brings_what_is_metered_to_the_aim(metering):
    rendered = square(colour=0.08)
    look = replace(CLEAN, exposure=0.25, hand_metering=metering)
    linear = compose(rendered, flat(0.08), look)

    assert exposure_for(linear, rendered, look) == pytest.approx(0.25 / 0.08, rel=0.01)


def test_a_lamp_in_the_picture_does_not_darken_all_else():
    rendered, linear = square(), flat(0.1)
    before = exposure_for(linear, rendered, CLEAN)
    linear[:4, :4] = 200.0

    assert exposure_for(linear, rendered, CLEAN) > 0.2 * before


def test_developing_gives_bgr_with_the_tone_curve():
    linear = np.full((32, 32, 3), (0.6, 0.2, 0.05), np.float32)

    picture = develop(linear, CLEAN, np.random.default_rng(0), 1.0)

    assert picture.dtype == np.uint8
    wanted = 255 * np.array([0.05, 0.2, 0.6]) ** (1 / 2.2)
    np.testing.assert_allclose(picture.mean(axis=(0, 1)), wanted, atol=3)


def test_white_balance_and_saturation_change_colours_as_they_say():
    linear = np.full((32, 32, 3), (0.3, 0.2, 0.1), np.float32)
    rng = np.random.default_rng(0)

    warm = develop(linear, replace(CLEAN, white_balance=(1.5, 1.0, 0.6)), rng, 1.0)
    grey = develop(linear, replace(CLEAN, saturation=0.0), rng, 1.0)

    assert warm[0, 0, 2] > 1.15 * develop(linear, CLEAN, rng, 1.0)[0, 0, 2]
    assert np.ptp(grey.astype(int), axis=2).max() <= 2


def test_noise_grows_with_the_sensors_and_shrinks_where_pixels_are_averaged():
    def deviation(read: float, resolution: float = 1.0) -> float:
        look = replace(CLEAN, read_noise=read)
        picture = develop(flat(0.2), look, np.random.default_rng(0), 1.0, resolution=resolution)
        return float(picture.std())

    assert deviation(0.0) < 0.5
    assert deviation(0.04) > 1.7 * deviation(0.02) > 2.0
    assert deviation(0.04, resolution=4.0) < 0.4 * deviation(0.04)


def test_grain_is_coarser_noise_of_the_same_strength():
    def neighbours(grain: float) -> tuple[float, float]:
        look = replace(CLEAN, read_noise=0.02, grain=grain)
        grey = develop(flat(0.2), look, np.random.default_rng(0), 1.0)[..., 1].astype(float)
        off = grey - grey.mean()
        return float(off.std()), float((off[:, 1:] * off[:, :-1]).mean() / off.var())

    fine, coarse = neighbours(0.0), neighbours(0.9)
    assert coarse[0] == pytest.approx(fine[0], rel=0.25)  # JPEG takes fine colour noise away
    assert coarse[1] > fine[1] + 0.3


def test_coarse_captures_are_enlarged_to_the_pictures_size():
    look = replace(CLEAN, resolution=0.5)
    size = captured_size(look, (128, 96), resolution=1.0)

    assert size == (64, 48)
    picture = develop(flat(0.2, 32), look, np.random.default_rng(0), 1.0, size=(128, 96))
    assert picture.shape == (96, 128, 3)


def test_large_hands_are_captured_in_the_pictures_own_size():
    assert captured_size(CLEAN, (128, 128), resolution=3.0) == (128, 128)


def test_strong_compression_changes_the_picture_more():
    rng = np.random.default_rng(0)
    linear = rng.uniform(0.05, 0.6, (64, 64, 3)).astype(np.float32)
    exact, coarse = (
        develop(linear, replace(CLEAN, quality=quality), np.random.default_rng(0), 1.0).astype(float)
        for quality in (100, 30)
    )
    assert np.abs(coarse - exact).mean() > 8


def test_looks_differ_are_fixed_by_their_seed_and_always_give_pictures():
    rendered, background = square(48), flat(0.15, 48)
    brightness = []
    for seed in range(60):
        look = random_camera_look(np.random.default_rng(seed))
        assert look == random_camera_look(np.random.default_rng(seed))
        linear = compose(rendered, background, look)
        exposure = exposure_for(linear, rendered, look)
        one, two = (develop(linear, look, np.random.default_rng(seed), exposure, (48, 48)) for _ in range(2))
        np.testing.assert_array_equal(one, two)
        assert one.shape == (48, 48, 3)
        brightness.append(one.mean())
    assert np.std(brightness) > 10


def test_a_steady_look_keeps_all_but_the_motion():
    look = replace(CLEAN, motion=(0.2, 0.1), turn=0.3, background_blur=0.05)

    assert steady(look) == replace(look, motion=(0.0, 0.0), turn=0.0)
