# SPDX-License-Identifier: GPL-3.0-or-later
"""Unfolding a hand's refinement in a thread: the network takes a moment, and loading it takes seconds."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.words import translate
from handtrack.ending import NativeThread
from handtrack.errors import HandtrackError
from handtrack.hand import Crop

if TYPE_CHECKING:
    from handtrack.tracking.unfolding import UnfoldedLoop, Unfolder

log = logging.getLogger(__name__)

Wish = tuple[np.ndarray, Crop]
"""A picture (H, W, 3) uint8 BGR, and the crop of it."""


class Unfolding:
    """Unfolds one hand at a time; of the wishes that come meanwhile the newest wins. Ask `take` now and then.

    All calls belong to one thread; the network belongs to the thread that runs, at most one at a time.
    """

    def __init__(self, weights: Path | None) -> None:
        self._weights = weights
        self._unfolder: Unfolder | None = None
        self._thread: NativeThread | None = None
        self._running: Wish | None = None
        self._next: Wish | None = None
        self._loops: tuple[UnfoldedLoop, ...] | None = None
        self._error = ""

    @property
    def busy(self) -> bool:
        """Whether there is something to take, or will be."""
        return self._thread is not None

    def wish(self, image: np.ndarray, crop: Crop) -> None:
        """Unfold this hand, in place of any that still waits."""
        if self._thread is None:
            self._begin((image, crop))
        else:
            self._next = (image, crop)

    def forget(self) -> None:
        """Leave out what waits; what runs is not cut short, but it is not given."""
        self._next = self._running = None

    def take(self) -> tuple[Wish, tuple[UnfoldedLoop, ...], str] | None:
        """The wish that was done, with its loops, or with none and a sentence that says why; None before."""
        if self._thread is None or self._thread.is_alive():
            return None
        self._thread = None
        done, loops, error = self._running, self._loops or (), self._error
        waiting, self._next = self._next, None
        if waiting is not None:
            self._begin(waiting)
        return None if done is None else (done, loops, error)

    def close(self, patience: float) -> None:
        """Wait for the end of what runs, at most so many seconds."""
        self.forget()
        if self._thread is not None:
            self._thread.join(patience)

    def _begin(self, wish: Wish) -> None:
        self._running, self._loops, self._error = wish, None, ""
        self._thread = NativeThread(lambda: self._run(*wish), "handtrack-unfolding")
        self._thread.start()

    def _run(self, image: np.ndarray, crop: Crop) -> None:
        try:
            if self._unfolder is None:
                from handtrack.tracking.unfolding import Unfolder

                self._unfolder = Unfolder(self._weights)
            self._loops = self._unfolder.unfold(image, crop)
        except HandtrackError as error:
            self._error = str(error)
        except Exception as error:
            log.warning("a hand's refinement could not be computed", exc_info=True)
            words = translate("StepsView", "The loops could not be computed ({why}).")
            self._error = words.format(why=" ".join(str(error).split())[:200])
