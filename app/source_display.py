# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in every view what is open, how it stands, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QKeySequence

from app.values import Phase, Rates, RecordingProgress

if TYPE_CHECKING:
    from app.model.deck import DeckState
    from app.model.source_state import SourceState
    from app.window import MainWindow
    from handtrack.sources.base import SourceInfo
    from handtrack.sources.camera_list import CameraDescription
    from handtrack.streaming import OutletReport

_ARROWS = ("Right", "Left")
"""The keys that raise and lower the threshold, where they do not leaf through stills."""


class SourceDisplay(QObject):
    """The state of the source in the views of a window; everything follows from one `SourceState`."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._state = window.bridge.state

    def connect(self) -> None:
        """Follow the window's bridge from now on."""
        bridge = self._window.bridge
        bridge.phase_changed.connect(self._begin_anew)
        bridge.state_changed.connect(self.show_state)
        bridge.source_opened.connect(self._show_source)
        bridge.losses_changed.connect(self._show_losses)
        bridge.rates_changed.connect(self._show_rates)
        bridge.streams_changed.connect(self._show_streams)
        bridge.recording_changed.connect(self._show_recording)
        bridge.cameras.found.connect(self._show_cameras)
        bridge.player.changed.connect(self._show_deck)

    def show_state(self, state: SourceState) -> None:
        """Show what is open, and what is done with it."""
        window, self._state = self._window, state
        self._show_whether_playing()
        window.controls.show_state(state)
        window.status.show_source(state.words, state.detail)
        if not state.phase.active:
            window.results.rest()
        if not state.shows_rates:
            window.status.clear()
        if state.phase is Phase.FAILED:
            window.skeleton.clear()
            window.steps.clear()
        window.start_page.setVisible(state.shows_start_page)
        if state.message is not None:
            window.video.show_message(state.message)
        self.show_mirrored()

    def show_mirrored(self) -> None:
        """Show cameras as in a mirror, where that is wished; all else is shown as it is."""
        window = self._window
        mirrored = self._state.is_live and window.bridge.settings.window.mirror
        window.controls.set_can_mirror(self._state.is_live)
        window.video.set_mirrored(mirrored)
        window.skeleton.set_mirrored(mirrored)
        window.plots.once_made(lambda: window.plots.measures.set_mirrored(mirrored))

    def show_calibration(self) -> None:
        """Say what metres are worth."""
        window = self._window
        recorded = window.bridge.state.shows_recorded
        words = window.calibration.words(window.bridge.source_spec, window.bridge.settings)
        window.skeleton.show_calibration("" if recorded else words)
        measured = self.tr("lengths as they were recorded") if recorded else words
        window.plots.once_made(lambda: window.plots.measures.show_calibration(measured))

    def _begin_anew(self, phase: Phase) -> None:
        if phase is Phase.OPENING:
            self._window.results.clear()

    def _show_source(self, info: SourceInfo) -> None:
        self.show_calibration()
        self._window.results.begin(info)

    def _show_losses(self, losses: tuple[str, ...]) -> None:
        if self._window.bridge.phase is not Phase.FAILED:  # what failed stands there already
            self._window.video.banner.show_notice("\n".join(losses))

    def _show_rates(self, rates: Rates) -> None:
        window = self._window
        if self._state.shows_rates:
            window.status.show_rates(rates)
        window.transport.show_sureness()
        window.controls.gate.show_estimator(rates.estimator_ms)
        window.controls.gate.show_milliseconds_of(window.plots.what_if.model.times.expected)

    def _show_streams(self, reports: tuple[OutletReport, ...]) -> None:
        self._window.status.show_streams(reports)

    def _show_recording(self, progress: RecordingProgress) -> None:
        controls = self._window.controls
        controls.show_recording(progress.active)
        controls.pause_recording.setText(self.tr("Go on") if progress.paused else self.tr("Pause"))
        controls.recording.show_recording(progress)

    def _show_cameras(self, cameras: list[CameraDescription]) -> None:
        # By identity rather than by index, which may mean another camera after one was unplugged.
        self._window.controls.source.set_cameras(
            [(str(camera), f"camera:{camera.stable_id}", camera.index) for camera in cameras]
        )

    def _show_deck(self, state: DeckState | None) -> None:
        self._window.transport.show_state(state)
        self._show_leafing(state is not None and state.kind == "stills")
        self._show_whether_playing()

    def _show_whether_playing(self) -> None:
        bridge = self._window.bridge
        # From the opening on, for a first result may be there before its phase.
        self._window.steps.set_playing(bridge.phase.active and not bridge.player.chosen_by_hand)

    def _show_leafing(self, leafing: bool) -> None:
        """Let the arrows leaf through stills instead of moving the threshold."""
        stills, threshold = self._window.still_actions, self._window.threshold_actions
        if stills[0].isEnabled() == leafing:
            return
        for action in stills:
            action.setEnabled(leafing)
        for action, arrow in zip(threshold, _ARROWS, strict=True):
            keys = [key for key in action.shortcuts() if key.toString() not in _ARROWS]
            action.setShortcuts([*([] if leafing else [QKeySequence(arrow)]), *keys])
