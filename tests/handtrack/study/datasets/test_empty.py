from __future__ import annotations

import cv2
import numpy as np

from handtrack.study.datasets.empty import empty_windows
from handtrack.study.datasets.patches import PATCH_PIXELS


def test_empty_windows_keep_away_from_hands(tmp_path):
    image = np.zeros((300, 400, 3), np.uint8)
    image[:, 300:] = 255  # the "hand" covers the white part
    cv2.imwrite(str(tmp_path / "a.png"), image)
    hand = np.array([[300.0, 0.0], [400.0, 300.0]])
    windows = empty_windows(tmp_path, {"a.png": [hand]}, 20, seed=0)
    assert windows.shape[1:] == (PATCH_PIXELS, PATCH_PIXELS, 3)
    middle = windows[:, 70:-70, 70:-70]
    assert (middle < 128).all()
