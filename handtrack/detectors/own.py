"""The finder of our own: one small network over the whole frame, which says where hands are and how."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.detectors.base import FoundPlace
from handtrack.detectors.finder_choice import chosen_finder
from handtrack.detectors.finder_runner import Runner, finder_runner
from handtrack.detectors.places import Place, read_places
from handtrack.detectors.scaling import resized
from handtrack.errors import ModelError
from handtrack.hand import Crop, Handedness
from handtrack.model.constants import CROP_MARGIN
from handtrack.resources import resource_path

SHIPPED_FINDER: Final = "assets/weights/finder.onnx"
_SHAPES: Final = ((160, 160), (160, 192), (192, 160), (128, 224), (224, 128), (96, 288), (288, 96))
"""Heights and widths of the input: all of about one cost. A frame gets the one that shows it largest."""
_USUAL: Final = (160, 192)
_MIDDLE, _DEVIATION = 127.5, 64.0  # as `normalise_crops`
_SPARE: Final = 2
_SURE: Final = 0.9  # of a side; a guess is taken for none, and the hand looked at both ways


class OwnDetector:
    """Finds hands as a `HandFinder`: more than are wanted, for some will turn out to be none.

    Belongs to the thread that calls `detect`.
    """

    def __init__(self, max_hands: int, least_score: float, graph: Path | None = None) -> None:
        """graph: of the network, by default the shipped one. least_score: 0..1 of a hand.

        Raises ModelError where the graph is missing or damaged, or nothing is installed that runs it.
        """
        self.max_hands = max_hands
        self._least_score = least_score
        # One at once, so that what is wrong with the file is said now.
        self._graph, runner = chosen_finder(graph or shipped_finder(), _USUAL)
        self._runners: dict[tuple[int, int], Runner] | None = {_USUAL: runner}

    def detect(self, image_bgr: np.ndarray) -> list[FoundPlace]:
        """Places in the picture (H, W, 3) uint8 BGR that look like hands, best first."""
        height, width = image_bgr.shape[:2]
        shape = max(_SHAPES, key=lambda each: min(each[0] / height, each[1] / width))
        scale = min(shape[0] / height, shape[1] / width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        frame = np.full((1, 3, *shape), -_MIDDLE / _DEVIATION, np.float32)
        small = resized(image_bgr, size).transpose(2, 0, 1)
        frame[0, :, : size[1], : size[0]] = (small - np.float32(_MIDDLE)) / np.float32(_DEVIATION)
        found = read_places(self._runner(shape)(frame)[0], self.max_hands + _SPARE, self._least_score)
        stretch = np.array([width / size[0], height / size[1]])
        return [_in_frame(place, stretch) for place in found]

    def close(self) -> None:
        """Let go of the network; a second call does nothing."""
        self._runners = None

    def _runner(self, shape: tuple[int, int]) -> Runner:
        if self._runners is None:
            raise RuntimeError("this detector is closed")
        if shape not in self._runners:
            self._runners[shape] = finder_runner(self._graph, shape)
        return self._runners[shape]


def shipped_finder() -> Path:
    """Path of the graph that ships with the program. Raises ModelError if it is missing."""
    try:
        return resource_path(SHIPPED_FINDER)
    except FileNotFoundError as error:
        raise ModelError(str(error)) from None


def _in_frame(place: Place, stretch: np.ndarray) -> FoundPlace:
    x, y = (place.middle * stretch).tolist()
    angle = math.atan2(float(place.up[0]), float(-place.up[1]))
    side: Handedness = "right" if place.right >= 0.5 else "left"
    sure = max(place.right, 1 - place.right)
    crop = Crop((x, y), CROP_MARGIN * place.size * float(stretch.mean()), angle)
    return FoundPlace(place.score, crop, side, sure if sure >= _SURE else 0.5)
