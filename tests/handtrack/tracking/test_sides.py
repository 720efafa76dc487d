from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from handtrack.detectors.base import FoundPlace
from handtrack.hand import Crop, Handedness, IterationEstimate
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.sides import TakenFor, surer_side

CROP = Crop((50.0, 50.0), 100.0, 0.0, False)
JOINTS = np.stack([np.linspace(0, 100, 21), np.linspace(0, 50, 21)], axis=1).astype(np.float32)


def look(sigma: float, right: float = 0.5) -> CropEstimate:
    each = np.full(21, sigma, np.float32)
    last = IterationEstimate(JOINTS, np.zeros((21, 3), np.float32), each, each, 0.9)
    return CropEstimate((last,), CarriedEstimate(JOINTS, each, np.stack([each, each], 1), each), 0.99, right)


def way(side: Handedness, looks: Sequence[CropEstimate]) -> TakenFor:
    return TakenFor(side, 0, CROP, list(looks))


def found(handedness: Handedness = "right", score: float = 0.5) -> FoundPlace:
    return FoundPlace(0.9, CROP, handedness, score)


def test_the_sigma_of_all_looks_tells_the_side():
    right = way("right", [look(2.0), look(2.0), look(3.0)])
    left = way("left", [look(6.0), look(6.0), look(2.9)])
    assert surer_side([right, left], found()).side == "right"


def test_what_is_equally_sure_is_told_by_what_looks_say():
    right, left = (way(side, [look(2.0, 0.3)] * 3) for side in ("right", "left"))
    assert surer_side([right, left], found()).side == "left"
    assert surer_side([right, left], found("right", 0.99)).side == "right"


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_only_way_that_is_left_is_taken(side):
    only = way(side, [look(2.0, 0.1)])
    assert surer_side([only], found()) is only
