# SPDX-License-Identifier: GPL-3.0-or-later
"""The values that the bridge tells the window; no Qt in here."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


class Phase(enum.Enum):
    """What the window is doing, as far as a person can tell."""

    IDLE = "idle"
    OPENING = "opening"
    LOADING = "loading"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    ENDED = "ended"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether a source is open or being opened."""
        return self in (Phase.OPENING, Phase.LOADING, Phase.RUNNING)


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast everything runs: frames a second, milliseconds, counts; None where unknown.

    estimator_ms: what the estimator takes for a frame with hands.
    """

    capture_fps: float
    tracking_fps: float
    drawing_fps: float
    latency_median: float | None
    latency_p95: float | None
    dropped: int
    detector_share: float | None
    estimator_ms: float | None


@dataclass(frozen=True, slots=True)
class RecordingProgress:
    """A recording that runs (active) or has ended: its folder, and the seconds and frames in it.

    total: frames of a file that is recorded once through, if it says how many; None elsewhere. losses: what
    was lost, a sentence each. failed: it was not closed in order. paused: frames are passed over for now.
    """

    active: bool
    folder: Path
    seconds: float
    frames: int
    total: int | None = None
    losses: tuple[str, ...] = ()
    failed: bool = False
    paused: bool = False
