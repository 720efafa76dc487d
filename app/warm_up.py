# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports what the first source needs while the window stands there already."""

from __future__ import annotations

import importlib
import logging
import threading

from handtrack.ending import NativeThread

log = logging.getLogger(__name__)

NEEDED = ("handtrack.sources.factory", "handtrack.sessions.playback")
"""With FFmpeg and Arrow; what finds hands is imported by the thread that tracks them."""


class WarmUp:
    """The imports, in a thread of their own: whoever needs one sooner waits for that one alone."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = NativeThread(self._run, "handtrack-imports", self._over.set)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether all is imported."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def wait(self) -> None:
        """Wait until all is imported."""
        self._thread.join()

    def close(self) -> None:
        """Import no more after the one in hand."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        for name in NEEDED:
            if self._over.is_set():
                return
            try:
                importlib.import_module(name)
            except Exception:  # whoever needs it says what is missing
                log.debug("%s cannot be imported yet", name, exc_info=True)
