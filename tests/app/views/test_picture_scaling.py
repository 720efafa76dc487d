from __future__ import annotations

import gc

import numpy as np
import pytest

from app.views.picture_scaling import shown_picture
from handtrack.hand import read_only


@pytest.fixture
def picture() -> np.ndarray:
    """Four quarters: blue and green above, red and grey below (BGR), as a frame holds them."""
    image = np.zeros((60, 80, 3), np.uint8)
    image[:30, :40], image[:30, 40:] = (200, 0, 0), (0, 200, 0)
    image[30:, :40], image[30:, 40:] = (0, 0, 200), (90, 90, 90)
    return read_only(image)


def colours(image, corners) -> list[tuple[int, int, int]]:
    return [image.pixelColor(x, y).getRgb()[:3] for x, y in corners]


@pytest.mark.parametrize("size", [(80, 60), (160, 120), (33, 21)])
def test_colours_and_places_are_kept_at_any_size(picture, size):
    width, height = size
    corners = [(1, 1), (width - 2, 1), (1, height - 2), (width - 2, height - 2)]
    plain = shown_picture(picture, width, height, mirrored=False)
    assert (plain.width(), plain.height()) == size
    assert colours(plain, corners) == [(0, 0, 200), (0, 200, 0), (200, 0, 0), (90, 90, 90)]
    flipped = shown_picture(picture, width, height, mirrored=True)
    assert colours(flipped, corners) == [(0, 200, 0), (0, 0, 200), (90, 90, 90), (200, 0, 0)]


def test_the_picture_keeps_its_pixels_when_the_frame_is_gone():
    pictures = []
    for grey in range(50, 250, 40):
        pictures.append(shown_picture(np.full((90, 160, 3), grey, np.uint8), 160, 90, mirrored=False))
        gc.collect(0)  # the youngest: that is where what was just made is
    shown = [picture.pixelColor(80, 45).red() for picture in pictures]
    assert shown == list(range(50, 250, 40))
