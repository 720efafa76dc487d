# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the calibration, applies it to what is opened, and shows the dialog in which it is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject, Qt

from app.model.calibration import Calibration, source_name
from app.model.card import CardError
from app.model.chessboard import ChessboardError
from app.views.calibration import CalibrationDialog
from app.views.card import CardDialog
from app.views.chessboard import ChessboardDialog
from app.words import translate
from handtrack.config import Settings
from handtrack.geometry import Intrinsics
from handtrack.plain_text import printable

if TYPE_CHECKING:
    from app.preferences import Preferences
    from app.window import MainWindow
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


def show_calibration(window: MainWindow) -> CalibrationDialog:
    """Show the dialog, on what holds now; the window can be used meanwhile."""
    for shown in window.findChildren(CalibrationDialog):
        shown.close()
    keeper, bridge = window.calibration, window.bridge
    spec = bridge.source_spec if bridge.phase.active else None
    name = keeper.name_of(spec)
    label = "" if name is None or spec is None else printable(bridge.state.label or str(spec))
    dialog = CalibrationDialog(keeper.now, bridge.settings, name, label, window)

    def take(calibration: Calibration) -> None:
        if calibration == keeper.now:
            return
        if bridge.recording:
            window.show_error(
                translate("Calibration", "Nothing is calibrated while a recording runs; end it first.")
            )
            return
        keeper.use(calibration)
        if bridge.phase.active and not bridge.state.shows_recorded:
            reopen(window)

    def measure() -> None:
        result = window.video.result
        try:
            if result is None:
                raise CardError(
                    translate(
                        "Calibration",
                        "there is no picture; open a source and pause it at a hand beside a card",
                    )
                )
            degrees = bridge.settings_in_force.camera.field_of_view
            camera = Intrinsics.from_field_of_view(*result.frame.size, degrees)
            card = CardDialog(result, camera, dialog)
        except CardError as error:
            dialog.show_problem(f"{error}.")
            return
        card.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        card.taken.connect(dialog.take_palm)
        card.open()

    def frame() -> np.ndarray:
        result = window.video.result
        if result is None or keeper.name_of(bridge.source_spec) != name:
            raise ChessboardError(
                translate("Calibration", "the camera to be calibrated is not shown; open it again")
            )
        return result.frame.image

    def look_at_board() -> None:
        board = ChessboardDialog(frame, dialog)
        board.taken.connect(dialog.take_view)
        board.show()

    dialog.card_asked.connect(measure)
    dialog.chessboard_asked.connect(look_at_board)
    dialog.chosen.connect(take)
    dialog.show()
    return dialog


def reopen(window: MainWindow) -> None:
    """Track the present source with what holds now, from where it stands."""
    bridge = window.bridge
    state = bridge.player.state
    moment = None if state is None or state.kind == "camera" else state.position

    paused = state is not None and state.kind == "file" and not state.playing

    def go_back(_: object) -> None:
        bridge.source_opened.disconnect(go_back)
        if moment is not None:
            bridge.player.seek(moment)
        if paused:
            bridge.player.play_or_pause()

    bridge.source_opened.connect(go_back)
    bridge.start()
