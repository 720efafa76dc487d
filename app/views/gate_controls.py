# SPDX-License-Identifier: GPL-3.0-or-later
"""The threshold of the gate, what it is expected to cost and to be worth, and what it costs now."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QWidget

from app import theme
from app.views.value_label import NOTHING, ValueLabel
from app.words import translate
from handtrack.model.operating_table import OperatingTable

_STEPS = 100


class GateControls(QWidget):
    """The slider, and below it lines of figures."""

    threshold_changed = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        bold, right = theme.font(bold=True), Qt.AlignmentFlag.AlignRight
        self.threshold_value = ValueLabel("0.00", bold, right)
        self.mean_loops = ValueLabel("0.00", bold, right)
        self.estimator = ValueLabel("000.0", bold, right)
        small = theme.font(theme.SMALL_FONT_SIZE)
        self.expected = ValueLabel(_expected(9.9, 99.9, 99.9), small, Qt.AlignmentFlag.AlignLeft)
        self.guaranteed = ValueLabel(_guaranteed(99.9), small, Qt.AlignmentFlag.AlignLeft)
        self._table: OperatingTable | None = None
        self._milliseconds_of: Callable[[float], float | None] = lambda loops: None
        self._set_up_slider()
        self._explain()
        self._lay_out()

    @property
    def threshold(self) -> float:
        """The gate threshold that the slider stands at, 0..1."""
        return self.slider.value() / _STEPS

    def step_threshold(self, change: float) -> None:
        """Move the slider by so much."""
        self.slider.setValue(self.slider.value() + round(change * _STEPS))

    def show_threshold(self, threshold: float) -> None:
        """Move the slider there."""
        self.slider.setValue(round(threshold * _STEPS))
        self._show_threshold()

    def show_mean_loops(self, mean: float | None) -> None:
        """Show the mean loops of the last second."""
        self.mean_loops.show_text(NOTHING if mean is None else f"{mean:.2f}")

    def show_estimator(self, milliseconds: float | None) -> None:
        """Show what the estimator took for a frame in the last second."""
        self.estimator.show_text(NOTHING if milliseconds is None else f"{milliseconds:.1f}")

    def show_milliseconds_of(self, milliseconds_of: Callable[[float], float | None]) -> None:
        """Show from now on what a hand takes here by its loops; it gives None where that is not known."""
        self._milliseconds_of = milliseconds_of
        self._show_expected()

    def show_operating_table(self, table: OperatingTable | None) -> None:
        """Show from now on what the weights' own measurements let expect of the threshold."""
        self._table = table
        self._show_expected()

    def _set_up_slider(self) -> None:
        self.slider.setRange(0, _STEPS)
        self.slider.setSingleStep(1)
        self.slider.setPageStep(10)
        self.slider.setToolTip(
            self.tr(
                "A hand is refined until the gate is this sure that it is done\n"
                "(← and →; among still pictures [ and ]).\n"
                "0: always one loop. 1: always the maximum."
            )
        )
        self.slider.valueChanged.connect(self._slider_moved)

    def _explain(self) -> None:
        self.mean_loops.setToolTip(self.tr("Loops per hand and frame, mean of the last second"))
        self.estimator.setToolTip(
            self.tr(
                "Milliseconds that the estimator took for a frame, all its hands together, median of the\n"
                "last second"
            )
        )
        self.guaranteed.setToolTip(
            self.tr(
                "By how much the error in the image of a new person's hands is larger than with all loops,\n"
                "at most, with 95 % confidence: measured on whole persons that were not trained on"
            )
        )
        self.expected.setToolTip(
            self.tr(
                "What this threshold gave on hands that the weights were not trained on, each seen for\n"
                "the first time: mean loops, and mean error in the picture over the hand's size.\n"
                "Milliseconds are this machine's, once hands with different loops were timed. A hand\n"
                "that is followed begins from the frame before, and needs fewer: see the last second."
            )
        )

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addWidget(QLabel(self.tr("Gate threshold")), 0, 0)
        grid.addWidget(self.threshold_value, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        grid.addWidget(_muted(self.tr("fewer loops, faster")), 2, 0)
        grid.addWidget(_muted(self.tr("more loops, finer")), 2, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.expected, 3, 0, 1, 2)
        grid.addWidget(self.guaranteed, 4, 0, 1, 2)
        grid.addWidget(QLabel(self.tr("Last second")), 5, 0)
        grid.addLayout(self._measured_row(), 5, 1)
        grid.addWidget(_muted(self.tr("followed hands need fewer loops than new ones")), 6, 0, 1, 2)

    def _measured_row(self) -> QHBoxLayout:
        """What the threshold gives now: fewer loops take less time, which is seen while the slider moves."""
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addStretch(1)
        for value, unit in ((self.mean_loops, self.tr("loops")), (self.estimator, self.tr("ms"))):
            row.addWidget(value)
            row.addWidget(_muted(unit))
        return row

    def _slider_moved(self) -> None:
        self._show_threshold()
        self.threshold_changed.emit(self.threshold)

    def _show_threshold(self) -> None:
        self.threshold_value.show_text(f"{self.threshold:.2f}")
        self._show_expected()

    def _show_expected(self) -> None:
        if self._table is None:
            self.expected.show_text(NOTHING)
            self.guaranteed.show_text(_guaranteed(None))
            return
        point = self._table.at(self.threshold)
        milliseconds = self._milliseconds_of(point.mean_loops)
        self.expected.show_text(_expected(point.mean_loops, point.error_2d_percent, milliseconds))
        self.guaranteed.show_text(_guaranteed(point.worse_at_most_percent))


def _expected(loops: float, error_percent: float, milliseconds: float | None) -> str:
    if milliseconds is None:
        words = translate("GateControls", "a new hand: about {loops:.1f} loops, {error:.1f} % off")
    else:
        words = translate(
            "GateControls", "a new hand: about {loops:.1f} loops, {ms:.1f} ms, {error:.1f} % off"
        )
    return words.format(loops=loops, error=error_percent, ms=milliseconds)


def _guaranteed(worse_percent: float | None) -> str:
    if worse_percent is None:
        return ""
    words = translate("GateControls", "at most {percent:.1f} % worse than with all loops")
    return words.format(percent=worse_percent)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("muted")
    return label
