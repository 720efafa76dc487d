"""From the finder network's answers to places where hands are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from handtrack.model.constants import FINDER_STRIDE, FINDER_UNIT

_SAME: Final = 0.5  # distance of two answers for one hand, over the larger's size
_LARGEST: Final = 4.0  # logarithm of a size at most, over the unit


@dataclass(frozen=True, slots=True)
class Place:
    """A place that looks like a hand, in pixels of the network's input.

    score: 0..1. middle, size: of the upright hand. up: from the wrist to the middle finger's knuckle, of any
    length. right: 0..1, that it is the person's right hand.
    """

    score: float
    middle: np.ndarray
    size: float
    up: np.ndarray
    right: float


def read_places(answers: np.ndarray, most: int, least_score: float) -> list[Place]:
    """Places from answers (7, h, w) of `FinderNetwork`, best first, each hand once."""
    logits = answers[0]
    peaks = logits >= cv2.dilate(logits, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(peaks & (_chance(logits) >= least_score))
    found: list[Place] = []
    for at in np.argsort(-logits[rows, columns], kind="stable"):
        row, column = int(rows[at]), int(columns[at])
        score, x, y, size, up_x, up_y, right = answers[:, row, column].astype(float)
        middle = (np.array([column, row]) + 0.5 + [x, y]) * FINDER_STRIDE
        pixels = FINDER_UNIT * float(np.exp(min(size, _LARGEST)))
        if all(np.hypot(*(middle - other.middle)) > _SAME * max(pixels, other.size) for other in found):
            up = np.array([up_x, up_y])
            found.append(Place(float(_chance(score)), middle, pixels, up, float(_chance(right))))
        if len(found) == most:
            break
    return found


def _chance(logit: np.ndarray | float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -50.0, 50.0))))
