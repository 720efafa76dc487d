"""What more hands cost: up to eight of them in one picture that stands still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from handtrack.checks import MOST_HANDS
from handtrack.cropping import warp_crop
from handtrack.detectors import HandFinder
from handtrack.engines import Engine
from handtrack.hand import Crop, Frame
from handtrack.model.constants import CROP_MARGIN
from handtrack.study.evaluation.speed.contestants import TrackedClip
from handtrack.study.evaluation.speed.race import race
from handtrack.study.evaluation.speed.scaling import Cost, cost_of
from handtrack.study.evaluation.speed.trial import Trial

COUNTS: Final = (1, 2, 4, 8)
_TILE: Final = 320
_TRIED: Final = 12
_AROUND: Final = 1.35
"""Of the hand's extent: how much of the clip's picture a tile shows."""


def measure_many_hands(trial: Trial, engine: Engine, detector: HandFinder) -> Mapping[int, Cost]:
    """Cost by number of hands followed in one picture of eight.

    detector: of its own, for it is told how many hands to look for. Empty where the clip gives no hand that
    is found all eight times.
    """
    picture = eight_hands(trial, detector)
    if picture is None:
        return {}
    contestants = [
        TrackedClip(str(count), engine, detector, trial.settings.model_copy(update={"max_hands": count}))
        for count in COUNTS
    ]
    measured = race(contestants, _standing_still(picture, trial), trial.probe, trial.warm_up)
    return {count: cost for count in COUNTS if (cost := cost_of(measured, str(count)))}


def eight_hands(trial: Trial, detector: HandFinder) -> np.ndarray | None:
    """A picture (640, 1280, 3) of a clip's hand and its mirror image, four times, in which all are found."""
    frames = trial.clip.frames
    for frame in frames[:: max(len(frames) // _TRIED, 1)]:
        found = trial.detector.detect(frame.image)
        if not found:
            continue
        crop = found[0].crop
        tile = warp_crop(frame.image, Crop(crop.centre, crop.size * _AROUND / CROP_MARGIN, 0.0), _TILE)
        row = np.concatenate([tile, tile[:, ::-1]] * 2, axis=1)
        picture = np.concatenate([row, row])
        detector.max_hands = MOST_HANDS
        if len(detector.detect(picture)) >= MOST_HANDS:
            return picture
    return None


def _standing_still(picture: np.ndarray, trial: Trial) -> Iterator[Frame]:
    for index in range(trial.count + trial.warm_up):
        yield Frame(picture, index / trial.clip.fps, index)
