# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the calibration, and applies it to what is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from app.model.calibration import Calibration, source_name
from handtrack.config import Settings

if TYPE_CHECKING:
    from app.preferences import Preferences
    from handtrack.sources.camera_list import CameraDescription

_KEY = "calibration"


class CalibrationKeeper(QObject):
    """What was calibrated, remembered with the preferences."""

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._cameras: tuple[CameraDescription, ...] = ()
        self.now = Calibration.from_text(preferences.text(_KEY))

    def use(self, calibration: Calibration) -> None:
        """Let this one hold from now on, and remember it."""
        if calibration != self.now:
            self.now = calibration
            self._preferences.keep_text(_KEY, calibration.to_text())

    def know_cameras(self, cameras: Sequence[CameraDescription]) -> None:
        """These are the cameras there are."""
        self._cameras = tuple(cameras)

    def name_of(self, spec: str | int | Path | None) -> str | None:
        """Under what a source's field of view is kept; None where it has no name."""
        return source_name(spec, self._cameras)

    def applied(self, spec: str | int | Path, settings: Settings) -> Settings:
        """The settings with which a source is to be tracked; from any thread."""
        return self.now.applied(settings, self.name_of(spec))

    def words(self, spec: str | int | Path | None, settings: Settings) -> str:
        """What metres are worth with a source."""
        return self.now.words(settings, self.name_of(spec))
