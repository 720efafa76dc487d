# SPDX-License-Identifier: GPL-3.0-or-later
"""What a script opens the window for: once it is done, or cannot be done any more, the window closes."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer

from app.values import Phase
from app.window import MainWindow

PATIENCE_SECONDS = 90.0
"""Seconds after the window's making in which a first frame has to come, on a slow machine too."""


class WindowTask(QObject):
    """A task of the window, in the window's thread; `error` is a sentence if it failed.

    A source that fails ends it, and so does whatever else goes wrong (`fail`): nobody is there to see it.
    """

    def __init__(self, window: MainWindow, *, needs_frames: bool) -> None:
        """needs_frames: it also fails where no frame comes in time, for it would wait for ever."""
        super().__init__(window)
        self.error: str | None = None
        self._window = window
        window.bridge.failed.connect(self.fail)
        window.bridge.phase_changed.connect(self._follow)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._give_up)
        if needs_frames:
            window.bridge.result_ready.connect(self._patience.stop)
            self._patience.start(round(1000 * PATIENCE_SECONDS))

    def fail(self, sentence: str) -> None:
        """Close the window, because of what the sentence says; the first one stays."""
        if self.error is None:
            self.error = sentence
            self.close_window()

    def close_window(self) -> None:
        """Close the window, once what is being done in its thread is over."""
        self._patience.stop()
        QTimer.singleShot(0, self._window.close)

    def source_ended(self) -> None:
        """The source came to its end; nothing, unless a task has something to do then."""

    def _follow(self, phase: Phase) -> None:
        if phase is Phase.ENDED:
            self.source_ended()

    def _give_up(self) -> None:
        phase = self._window.bridge.phase
        how = "no source is open" if phase is Phase.IDLE else f"the source is {phase.value}"
        self.fail(f"No frame came within {PATIENCE_SECONDS:g} seconds ({how}); name a source that works.")
