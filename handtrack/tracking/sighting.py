"""A hand as it was seen once, and how well two sights of one may be of the same hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from handtrack.hand import Crop
from handtrack.skeleton import INDEX_MCP, LITTLE_MCP, WRIST

_GRID: Final = np.array(
    [(a, b, 1 - a - b) for a in np.linspace(0.1, 0.8, 6) for b in np.linspace(0.1, 0.8, 6) if a + b <= 0.9]
)
"""Weights of the palm's corners."""
_TONES: Final = np.array((20.0, 4.0, 4.0))
"""Standard deviation of one palm's lightness, a and b (8 bits), as it turns in its light."""
_PLACE, _PLACE_A_SECOND = 0.25, 1.0
"""Standard deviation of where a hand moves on to, in crop sides: at once, and more for each second."""
_LONGEST_WAY_S: Final = 0.5
"""A hand that is covered moves on as it did for so long at most."""
_GROWTH: Final = 0.25
_MOST: Final = 3.0
"""What place, size or look can say against two sights at most: people turn back, and lamps go on."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """crop: the hand's own. seen_at: seconds. velocity: of its middle, pixels a second.

    right: log-odds that it is a right hand. colour: of the palm in Lab of 8 bits, None where nobody looked.
    """

    crop: Crop
    seen_at: float
    velocity: tuple[float, float] = (0.0, 0.0)
    right: float = 0.0
    colour: np.ndarray | None = None

    def moved_on(self, timestamp: float) -> Crop:
        """Where the hand would be by now if it moved on as it did."""
        passed = min(max(timestamp - self.seen_at, 0.0), _LONGEST_WAY_S)
        (x, y), (dx, dy) = self.crop.centre, self.velocity
        return replace(self.crop, centre=(x + passed * dx, y + passed * dy))


def log_odds(probability: float) -> float:
    """Log-odds; nobody is surer than one in a thousand."""
    probability = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(probability / (1 - probability))


def palm_colour(image: np.ndarray, joints_2d: np.ndarray) -> np.ndarray:
    """Median colour (3,) of a palm, Lab of 8 bits, in a frame (H, W, 3) BGR with joints (21, 2) in pixels."""
    x, y = (_GRID @ joints_2d[[WRIST, INDEX_MCP, LITTLE_MCP]]).T.astype(int)
    height, width = image.shape[:2]
    pixels = image[y.clip(0, height - 1), x.clip(0, width - 1)]
    pixels = np.sort(pixels, axis=0)  # numpy's median takes four times as long
    return cv2.cvtColor(pixels[None, len(pixels) // 2, None], cv2.COLOR_BGR2LAB)[0, 0].astype(np.float64)


def likeness(seen: Sighting, known: Sighting) -> float:
    """Log-likelihood that what is seen is the hand that is known, by place, size, side and look together."""
    expected = known.moved_on(seen.seen_at)
    spread = _PLACE + _PLACE_A_SECOND * max(seen.seen_at - known.seen_at, 0.0)
    away = math.dist(seen.crop.centre, expected.centre) / known.crop.size / spread
    growth = math.log(seen.crop.size / known.crop.size) / _GROWTH
    place = min(away**2 / 2, _MOST) + min(growth**2 / 2, _MOST)
    return traits_likeness(seen, known) - place


def traits_likeness(seen: Sighting, known: Sighting) -> float:
    """Of side and look alone, which stay with a hand wherever it goes."""
    return side_likeness(seen, known) + look_likeness(seen, known)


def side_likeness(seen: Sighting, known: Sighting) -> float:
    """Of the sides alone: 0 where one of them says nothing, 0.7 where both are sure and alike."""
    this, that = (1 / (1 + math.exp(-each.right)) for each in (seen, known))
    return math.log(2 * (this * that + (1 - this) * (1 - that)))


def look_likeness(seen: Sighting, known: Sighting) -> float:
    """Of the palms' colours alone: 0 where they are the same, or one was not looked at."""
    if seen.colour is None or known.colour is None:
        return 0.0
    return -min(float(np.square((seen.colour - known.colour) / _TONES).sum()) / 4, _MOST)
