# SPDX-License-Identifier: GPL-3.0-or-later
"""When Python looks for garbage in a process that has a window."""

from __future__ import annotations

import gc

from PyQt6.QtCore import QObject, QTimer

_INTERVAL = 250
"""Milliseconds."""


class GarbageBetweenEvents(QObject):
    """From `start` on looks for garbage now and then, in the window's thread and between two of its events.

    Python alone looks wherever an object happens to be made: in the tracking thread, where no widget may go,
    or in the Python code that Qt calls in the midst of an event. A window, a plot or a curve that goes then
    is freed memory in the hands of Qt: a segmentation fault (Calibre collects by a timer for this reason).
    Whoever makes one disables Python's own looking (`gc.disable`) before there is any widget.
    """

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Leave what is here now alone to the end, and look at what comes."""
        # To look for garbage in all that is imported took 70 ms: here, where hardly any is, and then now and
        # then, a frame each time.
        gc.freeze()
        self._timer.start(_INTERVAL)

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        gc.unfreeze()

    def _look(self) -> None:
        """As Python's own collector decides: the oldest generation that is full, and all younger ones."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
