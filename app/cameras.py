# SPDX-License-Identifier: GPL-3.0-or-later
"""The cameras of this machine, looked for in a thread because some drivers take seconds to answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from handtrack.ending import NativeThread

if TYPE_CHECKING:
    from handtrack.sources.camera_list import CameraDescription

log = logging.getLogger(__name__)

_POLL_INTERVAL = 50
"""Milliseconds between looks at whether a search is over."""
_PATIENCE = 2.0
"""Seconds that a search is waited for at the end."""


class Cameras(QObject):
    """Looks for cameras when it is asked to, and says what was found."""

    found = pyqtSignal(object)
    """list of CameraDescription."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._search: _Search | None = None
        self._over = False
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_INTERVAL)
        self._timer.timeout.connect(self._poll)

    def find(self) -> None:
        """Look for cameras, which can take seconds; `found` tells them."""
        if self._search is None and not self._over:
            self._search = _Search()
            self._timer.start()

    def shut_down(self) -> None:
        """Look for none any more."""
        self._over = True
        self._timer.stop()
        if self._search is not None:
            self._search.thread.join(_PATIENCE)
            self._search = None

    def _poll(self) -> None:
        search = self._search
        if search is not None and not search.thread.is_alive():
            self._search = None
            self._timer.stop()
            self.found.emit(search.cameras)


class _Search:
    """One search."""

    def __init__(self) -> None:
        self.cameras: list[CameraDescription] = []
        self.thread = NativeThread(self._run, "handtrack-cameras")
        self.thread.start()

    def _run(self) -> None:
        try:
            from handtrack.sources.camera_list import list_cameras

            self.cameras = list_cameras()
        except Exception:
            log.warning("cameras could not be listed", exc_info=True)
