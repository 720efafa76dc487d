"""What a writer of a format is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from handtrack.sessions.arrays import HandArrays
from handtrack.sessions.reader import Session


@dataclass(frozen=True)
class ExportJob:
    """session: what is exported. track: the only track that is wanted, or None for all.

    hand_mesh: a mesh with bones that the hands are drawn with, or None for sticks.
    """

    session: Session
    track: int | None = None
    hand_mesh: Path | None = None

    @cached_property
    def hands(self) -> HandArrays:
        """The hands that are wanted."""
        hands = self.session.hands
        return hands if self.track is None else hands[hands.track_id == self.track]

    @cached_property
    def fps(self) -> float:
        """Frames a second: one over the usual distance of two frames, and 30 where there are fewer."""
        apart = np.diff(self.session.positions())
        usual = float(np.median(apart)) if len(apart) else 0.0
        return round(min(max(1 / usual, 1.0), 1000.0), 3) if usual > 0 else 30.0
