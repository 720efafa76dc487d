# SPDX-License-Identifier: GPL-3.0-or-later
"""The moment from which a window stands on the screen."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QWidget

_AT_THE_LATEST = 2000
"""Milliseconds after which a window counts as painted that is not, because it was hidden meanwhile."""


class FirstPaint(QObject):
    """Made for a window before it is shown; lives as long as it."""

    over = pyqtSignal()
    """All of the window was painted for the first time."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._told = window, False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._tell)
        self._later.start(_AT_THE_LATEST)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See the first painting."""
        if event is not None and event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            # Once everything that is painted now has been, and stands on the screen; and before what the
            # views put off in their painting, which a timer of no time would let pass.
            QTimer.singleShot(0, self._tell)
        return False

    def _tell(self) -> None:
        self._window.removeEventFilter(self)
        self._later.stop()
        if not self._told:
            self._told = True
            self.over.emit()
