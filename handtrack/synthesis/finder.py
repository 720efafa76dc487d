"""How often a detector that has only seen real hands finds rendered ones: how real they look."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.detectors.base import HandDetector
from handtrack.hand import HandTruth

LEAST_HEIGHT: Final = 0.15
"""Hands smaller than this share of the frame's height do not count."""
_NEAR: Final = 0.35
"""A hand is found if the mean distance of its joints is below this share of the hand's extent."""


@dataclass(frozen=True, slots=True)
class FoundHands:
    """Frames looked at, hands that count in them and hands found, and the median error of those found.

    error: median over found hands of the mean joint distance, as a share of the hand's extent (nan if none).
    missed: indices of frames whose hand was not found. frames: all frames rendered, small hands included.
    """

    frames: int
    counted: int
    found: int
    error: float
    missed: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of counted hands that were found, 0..1."""
        return self.found / max(self.counted, 1)


def find_hands(
    frames: Iterable[tuple[int, np.ndarray, tuple[HandTruth, ...]]],
    detector: HandDetector,
    progress: Callable[[int], None] | None = None,
) -> FoundHands:
    """Show whole frames, as (index, picture, true hands), to a detector and count the hands that it finds."""
    number, counted, missed = 0, 0, []
    errors: list[float] = []
    for number, (index, image, truths) in enumerate(frames, start=1):
        detected = [hand.joints_2d for hand in detector.detect(image)]
        for truth in truths:
            if np.ptp(truth.joints_2d[:, 1]) < LEAST_HEIGHT * image.shape[0]:
                continue
            counted += 1
            error = min((joint_error(joints, truth.joints_2d) for joints in detected), default=np.inf)
            if error < _NEAR:
                errors.append(error)
            else:
                missed.append(index)
        if progress:
            progress(number)
    median = float(np.median(errors)) if errors else float("nan")
    return FoundHands(number, counted, len(errors), median, tuple(missed))


def joint_error(joints: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance of joints (21, 2) from the true ones, as a share of the true hand's larger extent."""
    extent = max(float(np.ptp(truth, axis=0).max()), 1e-6)
    return float(np.linalg.norm(joints - truth, axis=1).mean()) / extent
