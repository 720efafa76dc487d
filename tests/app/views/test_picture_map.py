from __future__ import annotations

import numpy as np
import pytest

from app.views.picture_map import PictureMap


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    ("frame", "view"), [((640, 480), (800, 400)), ((544, 960), (900, 470)), ((10, 10), (10, 30))]
)
def test_the_frame_fits_with_its_aspect_and_centred(frame, view, mirrored):
    place = PictureMap.fit(frame, view, mirrored)
    assert place.width / place.height == pytest.approx(frame[0] / frame[1])
    assert place.width <= view[0] + 1e-9
    assert place.height <= view[1] + 1e-9
    assert max(place.width / view[0], place.height / view[1]) == pytest.approx(1)
    assert 2 * place.left + place.width == pytest.approx(view[0])
    assert 2 * place.top + place.height == pytest.approx(view[1])


def test_pixel_centres_come_to_the_centres_of_drawn_pixels():
    place = PictureMap.fit((100, 50), (200, 100), mirrored=False)
    np.testing.assert_allclose(place.to_view(np.array([[0, 0], [99, 49]])), [[1, 1], [199, 99]])


def test_a_mirrored_point_changes_sides_and_keeps_its_height():
    place = PictureMap.fit((100, 50), (300, 100), mirrored=True)
    np.testing.assert_allclose(place.to_view(np.array([[0, 0], [99, 49]])), [[249, 1], [51, 99]])
