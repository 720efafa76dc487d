# SPDX-License-Identifier: GPL-3.0-or-later
"""The plots that run with the results, each in its place; made after the window stands on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from app.model.recorded_columns import RecordedColumns
    from app.views.iterations import IterationsView
    from app.views.measures import MeasuresView
    from app.views.true_error import TrueErrorView
    from app.views.uncertainty import UncertaintyView
    from app.views.what_if import WhatIfView
    from handtrack.hand import FrameResult
    from handtrack.sessions import Session

_LEAST_SIZE = (200, 130)
"""Pixels of a place whose plot is not made yet, so that no dock moves when it is."""


@dataclass(frozen=True, slots=True)
class _Views:
    iterations: IterationsView
    uncertainty: UncertaintyView
    true_error: TrueErrorView
    what_if: WhatIfView
    measures: MeasuresView

    def all(self) -> tuple[IterationsView, UncertaintyView, TrueErrorView, WhatIfView, MeasuresView]:
        return self.iterations, self.uncertainty, self.true_error, self.what_if, self.measures


NAMES = tuple(field.name for field in fields(_Views))
"""Of the plots and of their docks."""


class RunningPlots:
    """Five views of the last seconds, whose third of a second of making the window need not wait for.

    Whoever asks for one of the views has all made; what can wait for them is given to `once_made`.
    """

    def __init__(self, seconds: float, seek: Callable[[float], object]) -> None:
        """seconds: that they show. seek: goes to a moment of the source that was clicked in one of them."""
        self._seconds, self._seek = seconds, seek
        self.places: dict[str, QWidget] = {name: _place() for name in NAMES}
        self._made: _Views | None = None
        self._waiting: list[Callable[[], object]] = []

    def make(self) -> None:
        """Make the views, unless they are there."""
        if self._made is not None:
            return
        self._made = self._new_views()
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def once_made(self, call: Callable[[], object]) -> None:
        """Call now, or as soon as the views are there."""
        if self._made is not None:
            call()
        else:
            self._waiting.append(call)

    @property
    def iterations(self) -> IterationsView:
        """Loops and gate."""
        return self._views.iterations

    @property
    def uncertainty(self) -> UncertaintyView:
        """Sigma of every joint."""
        return self._views.uncertainty

    @property
    def true_error(self) -> TrueErrorView:
        """Error beside sigma, of sources that know the true hands."""
        return self._views.true_error

    @property
    def what_if(self) -> WhatIfView:
        """What other thresholds would have used."""
        return self._views.what_if

    @property
    def measures(self) -> MeasuresView:
        """Angles, distances and the place of the hand."""
        return self._views.measures

    def forget(self) -> None:
        """Forget all frames."""
        if self._made is not None:
            for view in self._made.all():
                view.forget()

    def redraw(self) -> None:
        """Bring the views up to date."""
        if self._made is not None:
            for view in self._made.all():
                view.redraw()

    def set_redraw_rate(self, hertz: float) -> None:
        """Redraw each at most so often a second from now on."""
        for view in self._views.all():
            view.set_redraw_rate(hertz)

    def show_result(self, result: FrameResult, *, truth_known: bool) -> None:
        """Add a frame's values; to the errors only where true hands are known."""
        views = self._views
        for view in (views.iterations, views.uncertainty, views.what_if, views.measures):
            view.show_result(result)
        if truth_known:
            views.true_error.show_result(result)

    def show_recorded(self, session: Session, recorded: RecordedColumns) -> None:
        """Know all frames of a session."""
        views = self._views
        views.iterations.show_recorded(recorded)
        views.uncertainty.show_recorded(recorded)
        views.what_if.show_recorded(session)
        views.measures.show_recorded(session)

    @property
    def _views(self) -> _Views:
        self.make()
        assert self._made is not None
        return self._made

    def _new_views(self) -> _Views:
        from app.views.iterations import IterationsView
        from app.views.measures import MeasuresView
        from app.views.true_error import TrueErrorView
        from app.views.uncertainty import UncertaintyView
        from app.views.what_if import WhatIfView

        seconds = self._seconds
        views = _Views(
            IterationsView(seconds),
            UncertaintyView(seconds),
            TrueErrorView(seconds),
            WhatIfView(seconds),
            MeasuresView(seconds),
        )
        for name in NAMES:
            layout = self.places[name].layout()
            assert layout is not None
            layout.addWidget(getattr(views, name))
        for plot in (views.iterations, views.uncertainty.map, views.true_error.plots, views.measures.plot):
            plot.moment_asked.connect(self._seek)
        return views


def _place() -> QWidget:
    place = QWidget()
    place.setMinimumSize(*_LEAST_SIZE)
    layout = QVBoxLayout(place)
    layout.setContentsMargins(0, 0, 0, 0)
    return place
