"""Truths made of a few numbers, for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from handtrack.hand import Handedness
from handtrack.study.evaluation.motion.matching import ShownHand
from handtrack.study.evaluation.motion.truth import GONE, SHOWN, MotionTruth

SIZE = 100.0
SHAPE = np.stack([np.linspace(-50, 50, 21), np.tile([-25.0, 25.0], 11)[:21]], axis=1)
"""Joints (21, 2) of a hand of that size about its middle."""


def shape_at(x: float, y: float) -> np.ndarray:
    """Its joints (21, 2) about a place."""
    return SHAPE + np.array([x, y])


def made_truth(
    middles: np.ndarray,
    state: np.ndarray | None = None,
    fps: float = 30.0,
    complete: bool = True,
    hands: tuple[Handedness, ...] = ("right", "left"),
) -> MotionTruth:
    """Hands of one shape about middles (F, K, 2)."""
    middles = np.asarray(middles, np.float64)
    if state is None:
        state = np.full(middles.shape[:2], SHOWN)
    joints = middles[:, :, None] + SHAPE
    gone = np.asarray(state) == GONE
    joints[gone] = np.nan
    return MotionTruth(
        "made",
        "made",
        Path("made.mp4"),
        fps,
        hands[: middles.shape[1]],
        joints,
        np.where(gone[..., None], np.nan, middles),
        np.full(middles.shape[:2], SIZE),
        np.asarray(state),
        complete,
    )


def shown_at(
    x: float, y: float, track: int | None = 1, side: Handedness = "right", off: float = 0.0
) -> ShownHand:
    """A shown hand about a place; off: pixels that users see it farther to the right."""
    return ShownHand(shape_at(x + off, y), shape_at(x, y), side, track)
