# SPDX-License-Identifier: GPL-3.0-or-later
"""The views in their places in one window; what they show, and what a click does, comes from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from app import theme
from app.layout import DockLayout
from app.model.timeline import Timeline
from app.running_plots import RunningPlots
from app.views.controls import ControlsView
from app.views.log import LogView
from app.views.skeleton import SkeletonView
from app.views.start_page import StartPage
from app.views.status import StatusView
from app.views.steps import StepsView
from app.views.transport_bar import TransportBar
from app.views.video import VideoView
from handtrack.config import Settings


class PlacedViews(QMainWindow):
    """The picture in the middle, the transport bar below it, all else in docks, and the status line."""

    def __init__(self, settings: Settings, seek: Callable[[float], object]) -> None:
        """seek: goes to a moment of the source that was clicked in a plot."""
        super().__init__()
        self.setWindowTitle("handtrack")
        self.setWindowIcon(theme.icon("hand"))
        self._truth_shown = True
        self.video = VideoView()
        self.skeleton = SkeletonView()
        self.plots = RunningPlots(settings.window.history_seconds, seek)
        self.steps = StepsView(settings.tracker.weights)
        self.controls = ControlsView(settings)
        self.status = StatusView()
        self.log = LogView()
        self.timeline = Timeline()
        self.transport = TransportBar(self.timeline)
        self.start_page = StartPage(self.video)
        self.setCentralWidget(self._middle())
        self.layout_of_docks = DockLayout(
            self,
            {
                "skeleton": self.skeleton,
                "controls": self.controls,
                "log": self.log,
                "steps": self.steps,
                **self.plots.places,
            },
        )
        self._add_status_line()

    def show_error(self, sentence: str) -> None:
        """Show one sentence over the picture."""
        self.video.banner.show_error(sentence)

    def toggle_truth(self) -> None:
        """Show the true hands of sources that know them, or hide them; they are shown at first."""
        self._truth_shown = not self._truth_shown
        self.video.show_truth(self._truth_shown)
        self.skeleton.show_truth(self._truth_shown)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop filling it."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _middle(self) -> QWidget:
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.video, 1)
        layout.addWidget(self.transport)
        return middle

    def _add_status_line(self) -> None:
        bar = self.statusBar()
        assert bar is not None
        bar.setSizeGripEnabled(False)
        bar.addPermanentWidget(self.status, 1)
