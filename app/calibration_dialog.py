# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the dialog in which lengths and views are calibrated, and does what is asked in it."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from app.bridge import Bridge
from app.calibration_keeper import CalibrationKeeper
from app.model.calibration import Calibration
from app.model.card import CardError
from app.model.chessboard import ChessboardError
from app.views.calibration import CalibrationDialog
from app.views.card import CardDialog
from app.views.chessboard import ChessboardDialog
from app.views.video import VideoView
from app.words import translate
from handtrack.geometry import Intrinsics
from handtrack.plain_text import printable


def show_calibration(
    window: QWidget, bridge: Bridge, keeper: CalibrationKeeper, video: VideoView
) -> CalibrationDialog:
    """Show the dialog over a window, on what holds now; the window can be used meanwhile."""
    for shown in window.findChildren(CalibrationDialog):
        shown.close()
    spec = bridge.source_spec if bridge.phase.active else None
    name = keeper.name_of(spec)
    label = "" if name is None or spec is None else printable(bridge.state.label or str(spec))
    dialog = CalibrationDialog(keeper.now, bridge.settings, name, label, window)

    def take(calibration: Calibration) -> None:
        if calibration == keeper.now:
            return
        if bridge.recording:
            video.banner.show_error(
                translate("Calibration", "Nothing is calibrated while a recording runs; end it first.")
            )
            return
        keeper.use(calibration)
        if bridge.phase.active and not bridge.state.shows_recorded:
            reopen(bridge)

    def measure() -> None:
        result = video.result
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
        result = video.result
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


def reopen(bridge: Bridge) -> None:
    """Track the present source with what holds now, from where it stands."""
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
