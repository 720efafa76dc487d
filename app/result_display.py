# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows each result in every view, as much of it as the machine has time for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PyQt6.QtCore import QTimer

from app.load_shedding import LoadShedding
from app.model.recorded_columns import RecordedColumns
from app.true_error import references
from app.words import translate
from handtrack.hand import FrameResult

if TYPE_CHECKING:
    from app.bridge import Bridge
    from app.placed_views import PlacedViews
    from handtrack.sources.base import SourceInfo

_REST_MS: Final = 100
"""After a result without another one that should have come: then nothing waits for the next any more."""


class ResultDisplay:
    """The results of one source after the other; the picture comes first.

    What is drawn less often than results come is brought up to date once none has come for a while, so that
    the last one before a pause, and each that a person chooses, is shown in every view.
    """

    def __init__(self, views: PlacedViews, bridge: Bridge, refresh_hz: float) -> None:
        self._views, self._bridge = views, bridge
        self._refresh_hz = refresh_hz
        self._is_first = True
        self._not_in_space: FrameResult | None = None
        self.shedding = LoadShedding()
        self._later = QTimer(views)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.rest)

    def begin(self, info: SourceInfo) -> None:
        """A source has opened; of a session all frames are known at once."""
        self.shedding.start(info.fps, self._refresh_hz)
        self._show_level()
        views, session = self._views, self._bridge.session
        if session is not None:
            views.timeline.note_session(session)
            if self._bridge.state.shows_recorded:
                views.plots.show_recorded(session, RecordedColumns.of(session))

    def clear(self) -> None:
        """Forget the source that was open."""
        views = self._views
        self._later.stop()
        self._is_first = True
        self._not_in_space = None
        views.timeline.clear()
        views.video.show_compared(None)
        views.skeleton.clear()
        views.steps.clear()
        views.plots.forget()
        views.status.clear()

    def end(self) -> None:
        """Draw nothing any more by itself: the views are released."""
        self._later.stop()

    def rest(self) -> None:
        """Bring every view up to date, for no result comes for now."""
        self._later.stop()
        self._views.plots.redraw()
        self._show_in_space()

    def show(self, result: FrameResult) -> None:
        """Show a result."""
        views = self._views
        views.timeline.note(result)
        # Of what a person chose none is left out: no other one comes.
        chosen = self._bridge.player.chosen_by_hand
        if chosen or self.shedding.wants_picture():
            views.video.show_result(result)
            # At once, so that the picture does not wait for what stands beside it.
            views.video.repaint()
            now = time.monotonic()
            if self.shedding.drawn(now - self._bridge.handed_over, now):
                self._show_level()
        self._not_in_space = result
        if chosen or self.shedding.wants_space(time.monotonic()):
            self._show_in_space()
        views.steps.show_result(result)
        self._offer_true_error(result)
        views.plots.show_result(result, truth_known=views.layout_of_docks.truth_known)
        views.controls.gate.show_mean_loops(views.plots.iterations.mean_loops())
        # While results come more often than plots are drawn, those draw themselves.
        self._later.start(_REST_MS if chosen else _REST_MS + round(1000 / self.shedding.now.plots_hz))

    def _show_in_space(self) -> None:
        if self._not_in_space is not None:
            self._views.skeleton.show_result(self._not_in_space)
            self._not_in_space = None

    def _show_level(self) -> None:
        """Draw as much as the machine has time for, and say so."""
        level = self.shedding.now
        self._views.plots.set_redraw_rate(level.plots_hz)
        self._views.status.show_busy(translate("LoadShedding", level.words) if level.words else "")

    def _offer_true_error(self, result: FrameResult) -> None:
        """Offer the view that compares with true hands from the first frame on that knows some."""
        if self._is_first:
            self._is_first = False
            recorded = result.frame.truth is None and result.before is not None
            self._views.layout_of_docks.show_truth_known(references(result) is not None, recorded)
