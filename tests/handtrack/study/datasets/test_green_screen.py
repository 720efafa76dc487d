from __future__ import annotations

import numpy as np

from handtrack.study.datasets.green_screen import green_screen_mask, replace_background


def test_an_ordinary_picture_is_no_green_screen():
    inside = np.ones((50, 50), bool)
    assert green_screen_mask(np.full((50, 50, 3), 120, np.uint8), inside) is None
    skin = np.full((50, 50, 3), (120, 150, 190), np.uint8)
    assert green_screen_mask(skin, inside) is None


def test_replacing_takes_green_light_off_the_hand():
    patch = np.full((4, 4, 3), (100, 140, 120), np.uint8)
    result = replace_background(patch, np.zeros((4, 4), np.float32), np.zeros((4, 4, 3), np.uint8))
    assert (result[..., 1] <= 120).all()
