# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tracking thread calls the window to a new result: at once, once, and not too often."""

from __future__ import annotations

import math
import time

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal


class ResultCall(QObject):
    """Emits `due` in the thread that it was made in when a result waits and the last one is old enough.

    A call that was not yet heard is not repeated: queued signals never coalesce, so a window that falls
    behind would be buried in them.
    """

    due = pyqtSignal()
    _called = pyqtSignal()

    def __init__(self, shortest_interval: float, parent: QObject | None = None) -> None:
        """shortest_interval: seconds between two results that are taken."""
        super().__init__(parent)
        self._shortest_interval = shortest_interval
        self._taken_at = -math.inf
        self._called_at = self.handed_over = -math.inf
        self._unheard = False
        self._later = QTimer(self)
        self._later.setTimerType(Qt.TimerType.PreciseTimer)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.due)
        self._called.connect(self._hear)

    def call(self) -> None:
        """Say that a result waits; for the tracking thread."""
        self._called_at = time.monotonic()
        if not self._unheard:
            self._unheard = True
            self._called.emit()

    def note_taken(self) -> None:
        """Say that a result was taken now; `handed_over` is then when the tracking thread called for it."""
        self.handed_over = self._called_at
        self._taken_at = time.monotonic()

    def seconds_left(self) -> float:
        """Seconds until the next result may be taken; 0 or less if it may be now."""
        return self._taken_at + self._shortest_interval - time.monotonic()

    def _hear(self) -> None:
        # Before the result is looked for: one that comes meanwhile must call again.
        self._unheard = False
        left = self.seconds_left()
        if left > 0:
            self._later.start(math.ceil(1000 * left))
        else:
            self._later.stop()
            self.due.emit()
