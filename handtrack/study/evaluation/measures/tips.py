"""How well the measured tips of thumb and index are found in clips: in fresh crops, and while following."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from handtrack.skeleton import PINCHING_TIPS

WITHIN: Final = 0.1
"""How far both tips may be off, over the larger side of the hand's measured box."""

Way = Literal["fresh", "tracked"]


def tips_within(image_percent: np.ndarray) -> np.ndarray:
    """1 where both tips are within `WITHIN` of a hand, else 0 (N,); NaN where one is not known.

    image_percent: (N, 21), distances of its joints from the truth in the image, in % of the hand's extent.
    """
    worse = image_percent[:, PINCHING_TIPS].max(axis=1)
    return np.where(np.isnan(worse), np.nan, worse <= 100 * WITHIN)


@dataclass(frozen=True, slots=True)
class TipMeasures:
    """One estimator on the measured frames of all clips.

    way: "fresh", each frame alone, in the crop of its own detection; "tracked", frame by frame. loops: how
    many it ran, in words; empty for one without loops. frames: measured ones. found: those with a detection
    or a tracked hand. within: share with both tips within `WITHIN`, of the frames with a detection ("fresh")
    or of all ("tracked", where no hand is a miss). error_percent, median_percent: mean and median distance
    of a tip where there is a hand, in % of the box's larger side. jitter_percent: mean second difference of
    a tip over three frames in a row with a hand, in the same unit, without smoothing; None if "fresh".
    What cannot be measured is NaN.
    """

    way: Way
    estimator: str
    loops: str
    frames: int
    found: int
    within: float
    error_percent: float
    median_percent: float
    jitter_percent: float | None = None


def measure_tips(
    way: Way,
    estimator: str,
    loops: str,
    errors: Sequence[np.ndarray | None],
    bends: Sequence[float] | None = None,
) -> TipMeasures:
    """Measures from the errors (2,) of each measured frame's tips over the box's side, None without a hand.

    bends: second differences of tips over the box's side.
    """
    found = np.array([error for error in errors if error is not None]).reshape(-1, 2)
    counted = len(errors) if way == "tracked" else len(found)
    return TipMeasures(
        way,
        estimator,
        loops,
        len(errors),
        len(found),
        float((found.max(axis=1) <= WITHIN).sum()) / counted if counted else float("nan"),
        float(found.mean()) * 100 if len(found) else float("nan"),
        float(np.median(found)) * 100 if len(found) else float("nan"),
        None if bends is None else float(np.mean(bends)) * 100 if bends else float("nan"),
    )
