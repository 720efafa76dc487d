# SPDX-License-Identifier: GPL-3.0-or-later
"""The cameras of this machine, looked for in a thread because some drivers take seconds to answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.camera_modes import CameraModesError, CameraModesQuestion
from handtrack.ending import NativeThread

log = logging.getLogger(__name__)

_POLL_INTERVAL = 50
"""Milliseconds between looks at whether a search is over."""
_PATIENCE = 2.0
"""Seconds that a search is waited for at the end."""


def _nothing() -> None:
    """What a search is asked that cannot be given up."""


class Cameras(QObject):
    """Looks for cameras, and for what they can do, when it is asked to, and says what was found."""

    found = pyqtSignal(object)
    """list of CameraDescription."""
    modes_found = pyqtSignal(object)
    """Modes of all cameras that could be asked, by name; empty where none could."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._searches: dict[str, _Search] = {}
        self._over = False
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_INTERVAL)
        self._timer.timeout.connect(self._poll)

    def find(self) -> None:
        """Look for cameras, which can take seconds; `found` tells them."""
        self._search("cameras", _list_cameras)

    def find_modes(self) -> None:
        """Ask the cameras for their modes, which can take seconds; `modes_found` tells them."""
        question = CameraModesQuestion()
        self._search("camera-modes", partial(_ask_for_modes, question), question.give_up)

    def shut_down(self) -> None:
        """Look for nothing any more."""
        self._over = True
        self._timer.stop()
        for search in self._searches.values():
            search.thread.ask_to_end()
            search.thread.join(_PATIENCE)
        self._searches.clear()

    def _search(self, what: str, call: Callable[[], Any], give_up: Callable[[], object] = _nothing) -> None:
        if what not in self._searches and not self._over:
            self._searches[what] = _Search(f"handtrack-{what}", call, give_up)
            self._timer.start()

    def _poll(self) -> None:
        for what, signal in (("cameras", self.found), ("camera-modes", self.modes_found)):
            search = self._searches.get(what)
            if search is not None and not search.thread.is_alive():
                del self._searches[what]
                signal.emit(search.answer)
        if not self._searches:
            self._timer.stop()


class _Search:
    """One search in a thread of its own."""

    def __init__(self, name: str, call: Callable[[], Any], give_up: Callable[[], object]) -> None:
        self.answer: Any = None
        self._call = call
        self.thread = NativeThread(self._run, name, give_up)
        self.thread.start()

    def _run(self) -> None:
        self.answer = self._call()


def _list_cameras() -> Any:
    try:
        from handtrack.sources.camera_list import list_cameras

        return list_cameras()
    except Exception:
        log.warning("cameras could not be listed", exc_info=True)
        return []


def _ask_for_modes(question: CameraModesQuestion) -> Any:
    try:
        return question.ask()
    except CameraModesError as error:
        log.warning("The cameras cannot be asked for their modes (%s); the usual ones are offered.", error)
        return {}
