# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in every view what is open, how it stands, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from app.values import Phase, Rates, RecordingProgress

if TYPE_CHECKING:
    from app.bridge import Bridge
    from app.calibration_keeper import CalibrationKeeper
    from app.model.deck import DeckState
    from app.model.source_state import SourceState
    from app.placed_views import PlacedViews
    from app.result_display import ResultDisplay
    from handtrack.sources.base import SourceInfo
    from handtrack.sources.camera_list import CameraDescription
    from handtrack.streaming import OutletReport


class SourceDisplay(QObject):
    """The state of a bridge's source, from now on; everything follows from one `SourceState`."""

    def __init__(
        self, views: PlacedViews, bridge: Bridge, results: ResultDisplay, calibration: CalibrationKeeper
    ) -> None:
        super().__init__(views)
        self._views, self._bridge = views, bridge
        self._results, self._calibration = results, calibration
        self._state = bridge.state
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
        views, self._state = self._views, state
        self._show_whether_playing()
        views.controls.show_state(state)
        views.status.show_source(state.words, state.detail)
        if not state.phase.active:
            self._results.rest()
        if not state.shows_rates:
            views.status.clear()
        if state.phase is Phase.FAILED:
            views.skeleton.clear()
            views.steps.clear()
        views.start_page.setVisible(state.shows_start_page)
        if state.message is not None:
            views.video.show_message(state.message)
        self.show_mirrored()

    def show_mirrored(self) -> None:
        """Show cameras as in a mirror, where that is wished; all else is shown as it is."""
        views = self._views
        mirrored = self._state.is_live and self._bridge.settings.window.mirror
        views.controls.set_can_mirror(self._state.is_live)
        views.video.set_mirrored(mirrored)
        views.skeleton.set_mirrored(mirrored)
        views.plots.once_made(lambda: views.plots.measures.set_mirrored(mirrored))

    def show_calibration(self) -> None:
        """Say what metres are worth."""
        views = self._views
        recorded = self._bridge.state.shows_recorded
        words = self._calibration.words(self._bridge.source_spec, self._bridge.settings)
        views.skeleton.show_calibration("" if recorded else words)
        measured = self.tr("lengths as they were recorded") if recorded else words
        views.plots.once_made(lambda: views.plots.measures.show_calibration(measured))

    def _begin_anew(self, phase: Phase) -> None:
        if phase is Phase.OPENING:
            self._results.clear()

    def _show_source(self, info: SourceInfo) -> None:
        self.show_calibration()
        self._results.begin(info)

    def _show_losses(self, losses: tuple[str, ...]) -> None:
        if self._bridge.phase is not Phase.FAILED:  # what failed stands there already
            self._views.video.banner.show_notice("\n".join(losses))

    def _show_rates(self, rates: Rates) -> None:
        views = self._views
        if self._state.shows_rates:
            views.status.show_rates(rates)
        views.transport.show_sureness()
        views.controls.gate.show_estimator(rates.estimator_ms)
        views.controls.gate.show_milliseconds_of(views.plots.what_if.model.times.expected)

    def _show_streams(self, reports: tuple[OutletReport, ...]) -> None:
        self._views.status.show_streams(reports)

    def _show_recording(self, progress: RecordingProgress) -> None:
        controls = self._views.controls
        controls.show_recording(progress.active)
        controls.pause_recording.setText(self.tr("Go on") if progress.paused else self.tr("Pause"))
        controls.recording.show_recording(progress)

    def _show_cameras(self, cameras: list[CameraDescription]) -> None:
        # By identity rather than by index, which may mean another camera after one was unplugged.
        self._views.controls.source.set_cameras(
            [(str(camera), f"camera:{camera.stable_id}", camera.index) for camera in cameras]
        )

    def _show_deck(self, state: DeckState | None) -> None:
        self._views.transport.show_state(state)
        self._show_whether_playing()

    def _show_whether_playing(self) -> None:
        bridge = self._bridge
        # From the opening on, for a first result may be there before its phase.
        self._views.steps.set_playing(bridge.phase.active and not bridge.player.chosen_by_hand)
