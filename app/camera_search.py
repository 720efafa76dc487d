# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking for cameras in a thread, because some drivers take seconds to answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from handtrack.ending import NativeThread

if TYPE_CHECKING:
    from handtrack.sources.camera_list import CameraDescription

log = logging.getLogger(__name__)


class CameraSearch:
    """One search; ask `done`, then take `cameras`."""

    def __init__(self) -> None:
        self.cameras: list[CameraDescription] = []
        self._thread = NativeThread(self._run, "handtrack-cameras")
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the search is over."""
        return not self._thread.is_alive()

    def wait(self, timeout: float) -> None:
        """Wait for the end of the search, at most timeout seconds."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            from handtrack.sources.camera_list import list_cameras

            self.cameras = list_cameras()
        except Exception:
            log.warning("cameras could not be listed", exc_info=True)
