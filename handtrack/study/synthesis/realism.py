"""How often a detector that has only seen real hands finds rendered ones: how real they look."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from handtrack.detectors.base import HandDetector
from handtrack.hand import HandTruth

LEAST_HEIGHT: Final = 0.15
"""Hands smaller than this share of the frame's height do not count."""
_NEAR: Final = 0.35
"""A hand is found if the mean distance of its joints is below this share of the hand's extent."""


@dataclass(frozen=True, slots=True, eq=False)
class WholeFrame:
    """A rendered frame. kind: of view. image: (H, W, 3) uint8 BGR. truths: its true hands."""

    kind: str
    image: np.ndarray
    truths: tuple[HandTruth, ...]


@dataclass(slots=True)
class Found:
    """Hands that count, and for each that was found the mean distance of its joints over its extent."""

    counted: int = 0
    errors: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Share of the hands that were found, 0..1."""
        return len(self.errors) / max(self.counted, 1)

    @property
    def median_error(self) -> float:
        """Median error of the hands found, nan if none was."""
        return float(np.median(self.errors)) if self.errors else float("nan")


def find_hands(
    frames: Iterable[WholeFrame], detector: HandDetector, progress: Callable[[int], None] | None = None
) -> dict[str, Found]:
    """Show whole frames to a detector and count the hands that it finds, by kind of view."""
    result: dict[str, Found] = {}
    for number, frame in enumerate(frames, start=1):
        found = result.setdefault(frame.kind, Found())
        detected = [hand.joints_2d for hand in detector.detect(frame.image)]
        for truth in frame.truths:
            if np.ptp(truth.joints_2d[:, 1]) < LEAST_HEIGHT * frame.image.shape[0]:
                continue
            found.counted += 1
            error = min((joint_error(joints, truth.joints_2d) for joints in detected), default=np.inf)
            if error < _NEAR:
                found.errors.append(error)
        if progress:
            progress(number)
    return result


def all_of(found: Iterable[Found]) -> Found:
    """Several counts as one."""
    parts = list(found)
    return Found(sum(part.counted for part in parts), [error for part in parts for error in part.errors])


def joint_error(joints: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance of joints (21, 2) from the true ones, as a share of the true hand's larger extent."""
    extent = max(float(np.ptp(truth, axis=0).max()), 1e-6)
    return float(np.linalg.norm(joints - truth, axis=1).mean()) / extent
