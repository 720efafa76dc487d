# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of the whole window, taken once there is something to see."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QTimer

from app.model.deck import DeckState
from app.window import MainWindow
from app.window_task import WindowTask
from handtrack.hand import FrameResult

PATIENCE_SECONDS = 60.0
"""Seconds after the first frame at which the picture is taken even if no hand was tracked."""

FILLED_SHARE = 0.9
"""Share of the plots' length that must be filled: a clip just as long would else be caught starting anew."""


class ScreenshotTask(WindowTask):
    """Saves the window's picture and closes the window."""

    def __init__(self, window: MainWindow, path: Path, after: float | None) -> None:
        super().__init__(window, needs_frames=after is None)
        self._path = path
        self._first_frame: float | None = None
        self._tracked_seconds = 0.0
        self._last_time: float | None = None
        self._waits_for_frames = after is None
        self._taken = False
        bridge = window.bridge
        bridge.result_ready.connect(self._count)
        bridge.player.changed.connect(self._note_deck)
        if after is not None:
            QTimer.singleShot(round(after * 1000), self._take)

    def _count(self, result: FrameResult) -> None:
        now = result.frame.timestamp
        if self._first_frame is None:
            self._first_frame = now
        if result.hands and self._last_time is not None:
            # A pause between tracked frames does not fill the plots.
            self._tracked_seconds += min(max(now - self._last_time, 0.0), 0.5)
        self._last_time = now
        filled = self._tracked_seconds >= FILLED_SHARE * self._window.bridge.settings.window.history_seconds
        alone = result.frame.still is not None  # no other comes by itself
        if self._waits_for_frames and (alone or filled or now - self._first_frame >= PATIENCE_SECONDS):
            # After the event loop has drawn this frame.
            QTimer.singleShot(0, self._take)

    def source_ended(self) -> None:
        """No frame will fill the plots any more."""
        if self._waits_for_frames:
            QTimer.singleShot(0, self._take)

    def _note_deck(self, state: DeckState | None) -> None:
        """A file that is not played again stays at its end."""
        ended = state is not None and state.kind == "file" and not state.playing
        if ended and self._waits_for_frames:
            QTimer.singleShot(0, self._take)

    def fail(self, sentence: str) -> None:
        """Take no picture any more; nothing where it was taken."""
        if not self._taken:
            super().fail(sentence)

    def _take(self) -> None:
        if self._taken or self.error is not None:
            return
        self._window.plots.redraw()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._taken = self._window.grab().save(str(self._path))
        except OSError:
            pass
        if self._taken:
            self.close_window()
        else:
            self.fail(f"The picture {self._path} cannot be written; name another file ending in .png.")
