"""Views of rooms and landscapes without hands, cut from panoramas as a camera would see them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.study.synthesis.looks.backgrounds import PanoramaBackdrop
from handtrack.study.synthesis.looks.lighting import lighting_from
from handtrack.study.synthesis.looks.panoramas import load_panoramas, random_turn

VIEW_SIZE: Final = (640, 480)


class Views:
    """Flat views of the panoramas (.hdr) of a folder. Raises SourceError where there is none to be read."""

    def __init__(self, folder: Path) -> None:
        self._panoramas = load_panoramas(folder)

    def view(self, *seed: int) -> np.ndarray:
        """A view (480, 640, 3) uint8 BGR: panorama, direction, field of view and exposure by the seed."""
        rng = np.random.default_rng(seed)
        panorama, light = self._panoramas[rng.integers(len(self._panoramas))]
        turn = random_turn(rng)
        width, height = VIEW_SIZE
        focal = width / 2 / math.tan(math.radians(rng.uniform(50, 90)) / 2)
        camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
        seen = PanoramaBackdrop(panorama, turn, lighting_from(light, turn.T)).picture(camera, VIEW_SIZE)
        exposure = rng.uniform(0.3, 0.9) / max(float(np.percentile(seen, 80)), 1e-4)
        toned = np.clip(seen * exposure, 0, 1) ** (1 / 2.2) * 255
        return cv2.cvtColor(toned.astype(np.uint8), cv2.COLOR_RGB2BGR)


def laid_on(view: np.ndarray, picture: np.ndarray, left: int, top: int) -> None:
    """Lay a picture (h, w, 3) on a view (H, W, 3), in place; what would leave the view is cut."""
    part = view[max(top, 0) : max(top + picture.shape[0], 0), max(left, 0) : max(left + picture.shape[1], 0)]
    part[...] = picture[max(-top, 0) :, max(-left, 0) :][: part.shape[0], : part.shape[1]]
