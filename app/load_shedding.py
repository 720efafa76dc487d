# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window leaves out while the machine is too busy for all of it; no Qt in here.

Plots are drawn less often first, then the hands in space, at last the picture itself, so that the picture
stays near the camera, and tracking and recording get the processor.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from app.words import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Level:
    """How much is drawn: plots and space a second, every how many-th picture.

    late: share of a frame's time that a picture may wait for the window before less is drawn.
    words: for people.
    """

    plots_hz: float
    space_hz: float
    picture_every: int
    late: float
    words: str


LEVELS: Final = (
    Level(15.0, math.inf, 1, 0.6, ""),
    Level(5.0, math.inf, 1, 0.6, QT_TRANSLATE_NOOP("LoadShedding", "machine busy: plots less often")),
    Level(2.0, 10.0, 1, 0.6, QT_TRANSLATE_NOOP("LoadShedding", "machine busy: plots and 3D less often")),
    # The picture is what people watch: it goes on while it stands within two frames of the camera.
    Level(1.0, 4.0, 1, 1.0, QT_TRANSLATE_NOOP("LoadShedding", "machine busy: plots and 3D rarely")),
    Level(
        1.0,
        4.0,
        2,
        math.inf,
        QT_TRANSLATE_NOOP("LoadShedding", "machine busy: every second picture, plots and 3D rarely"),
    ),
)
"""From everything to the least. No plot is read faster than it is drawn at the first."""
USUAL_FRAME: Final = 1 / 30
"""Seconds between frames where the source does not tell."""

_CALM: Final = 0.4
"""Share of a frame's time: a picture that waits less for the window has a calm machine."""
_LOOK_SECONDS: Final = 1.0
"""Pictures' waits are averaged over so long, and between two steps: one bad frame is no busy machine."""
_CALM_SECONDS: Final = 3.0
"""For how long all must be calm before more is drawn again."""
_RELAPSE_SECONDS: Final = 5.0
_LONGEST_CALM_SECONDS: Final = 60.0
"""Each step to more that was taken back soon after doubles the wait for the next, up to this."""


class LoadShedding:
    """From how long finished results waited for the window, how much of them it shows.

    All times are seconds of one clock, given by the caller.
    """

    def __init__(self) -> None:
        self._frame_seconds = USUAL_FRAME
        self._begin()

    def _begin(self) -> None:
        self.level = 0
        self._waits: deque[tuple[float, float]] = deque()
        self._looked: float | None = None
        self._calm_since: float | None = None
        self._eased = -math.inf
        self._patience = _CALM_SECONDS
        self._results = 0
        self._space_shown = -math.inf

    def start(self, frames_per_second: float | None, most_per_second: float) -> None:
        """A source with so many frames a second was opened; the window draws no more than the most."""
        rate = min(frames_per_second or 1 / USUAL_FRAME, most_per_second)
        self._frame_seconds = 1 / rate
        self._begin()

    @property
    def now(self) -> Level:
        """What is drawn at present."""
        return LEVELS[self.level]

    def wants_picture(self) -> bool:
        """Whether the picture of the next result is to be drawn; ask once for each."""
        self._results += 1
        return self._results % self.now.picture_every == 0

    def wants_space(self, time: float) -> bool:
        """Whether the hands in space are to be drawn now; if so, that counts as done."""
        if time - self._space_shown < 1 / self.now.space_hz:
            return False
        self._space_shown = time
        return True

    def drawn(self, wait: float, time: float) -> bool:
        """A result was drawn so long after it was finished; gives whether the level has changed."""
        self._waits.append((time, wait))
        while time - self._waits[0][0] > _LOOK_SECONDS:
            self._waits.popleft()
        share = sum(waited for _, waited in self._waits) / len(self._waits) / self._frame_seconds
        if share >= _CALM:
            self._calm_since = None
        elif self._calm_since is None:
            self._calm_since = time
        if self._looked is None:
            self._looked = time  # the first pictures load libraries
        if time - self._looked < _LOOK_SECONDS:
            return False
        if share > self.now.late:
            return self._shed(time)
        if self._calm_since is not None and self.level > 0 and time - self._calm_since >= self._patience:
            return self._ease(time)
        return False

    def _shed(self, time: float) -> bool:
        if time - self._eased < _RELAPSE_SECONDS:
            self._patience = min(2 * self._patience, _LONGEST_CALM_SECONDS)
        self.level += 1
        self._looked = time
        return True

    def _ease(self, time: float) -> bool:
        if time - self._eased > 2 * self._patience:
            self._patience = max(self._patience / 2, _CALM_SECONDS)
        self.level -= 1
        self._looked = self._eased = self._calm_since = time
        return True
