"""What counts as grey, and what a grey picture is turned into."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.detectors.grey import is_grey, tinted


def grey_noise(size: tuple[int, int] = (240, 320)) -> np.ndarray:
    grey = np.random.default_rng(0).integers(0, 255, size, dtype=np.uint8)
    return cv2.cvtColor(cv2.GaussianBlur(grey, (9, 9), 0), cv2.COLOR_GRAY2BGR)


@pytest.mark.parametrize("size", [(240, 320), (2, 2), (7, 9), (1080, 1920)])
def test_equal_channels_are_grey(size):
    assert is_grey(grey_noise(size))


def test_the_noise_of_a_coded_video_is_no_colour():
    noise = np.random.default_rng(1).integers(-4, 5, (240, 320, 3))
    assert is_grey(np.clip(grey_noise().astype(int) + noise, 0, 255).astype(np.uint8))


def test_one_small_coloured_thing_is_colour():
    image = grey_noise()
    image[100:124, 100:124] = (90, 120, 190)  # skin, 0.75 % of the picture
    assert not is_grey(image)


def test_a_view_is_judged_as_it_looks():
    image = grey_noise()
    assert is_grey(image[::-1, ::-1, ::-1])


def test_black_and_white_stay_and_the_greys_between_are_warm():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    before = ramp.copy()
    blue, green, red = tinted(ramp)[0].astype(int).T
    assert np.array_equal(ramp, before)
    assert (blue[[0, 255]] == [0, 255]).all()
    assert (red[[0, 255]] == [0, 255]).all()
    assert ((blue <= green) & (green <= red)).all()
    assert red[128] - blue[128] > 30
    assert (np.diff(red) >= 0).all(), "what was lighter stays lighter"
