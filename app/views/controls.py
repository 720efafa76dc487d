# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can set while watching: source, gate threshold, hands, and the recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.model.source_state import SourceState
from app.values import Phase
from app.views.recording_line import RecordingLine
from app.views.value_label import NOTHING, ValueLabel
from handtrack.checks import MOST_HANDS
from handtrack.config import Settings
from handtrack.model.operating_table import OperatingTable

_STEPS = 100
_SEGMENT_WIDTH = 24
"""Pixels of a number of hands: all of them fit in a narrow panel."""


class ControlsView(QWidget):
    """The panel of controls; it only emits what is asked for and shows what it is told."""

    source_chosen = pyqtSignal(object)
    """The spec of a source: a camera's index or id, or a path."""
    open_file_asked = pyqtSignal()
    open_folder_asked = pyqtSignal()
    rendered_hand_asked = pyqtSignal()
    demo_clip_asked = pyqtSignal()
    start_stop_asked = pyqtSignal()
    threshold_changed = pyqtSignal(float)
    max_hands_changed = pyqtSignal(int)
    smoothing_changed = pyqtSignal(bool)
    mirror_changed = pyqtSignal(bool)
    record_toggled = pyqtSignal(bool)
    pause_recording_asked = pyqtSignal()
    track_again_asked = pyqtSignal(bool)
    """Of a session: whether its hands are to be tracked anew, or those that were recorded to be shown."""
    open_session_asked = pyqtSignal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cameras: list[tuple[str, object]] = []
        self._others: list[tuple[str, object]] = []
        self.source = QComboBox()
        self.start_stop = QPushButton()
        self.record = QPushButton(self.tr("Record"))
        self.pause_recording = QPushButton(self.tr("Pause"))
        self.track_again = QPushButton(self.tr("Track again"))
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
        self.smoothing = QCheckBox(self.tr("Smoothing"))
        self.mirror = QCheckBox(self.tr("Mirror"))
        self.hands = QButtonGroup(self)
        self.recording = RecordingLine()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(7)
        layout.addLayout(self._source_row())
        layout.addLayout(self._buttons_row())
        layout.addWidget(self.recording)
        layout.addWidget(_rule())
        layout.addLayout(self._gate_rows())
        layout.addWidget(_rule())
        layout.addLayout(self._tracking_row())
        layout.addStretch(1)
        self._set_up_keyboard()
        self.show_settings(settings)
        self.show_state(SourceState(Phase.IDLE))

    @property
    def threshold(self) -> float:
        """The gate threshold that the slider stands at, 0..1."""
        return self.slider.value() / _STEPS

    def hand_counts(self) -> range:
        """The numbers of hands that can be chosen."""
        return range(1, MOST_HANDS + 1)

    def hands_button(self, count: int) -> QAbstractButton:
        """The button that chooses so many hands."""
        button = self.hands.button(min(count, MOST_HANDS))
        assert button is not None
        return button

    def step_threshold(self, change: float) -> None:
        """Move the slider by so much."""
        self.slider.setValue(self.slider.value() + round(change * _STEPS))

    def set_cameras(self, cameras: Sequence[tuple[str, str, int]]) -> None:
        """Offer cameras (label, spec, index) above the other sources; the one in use stays chosen."""
        by_index = {str(index): spec for _, spec, index in cameras}
        listed = {spec for _, spec, _ in cameras}
        known = not any(str(spec) in by_index or spec in listed for _, spec in self._others)
        if known and [(label, spec) for label, spec, _ in cameras] == self._cameras:
            return  # an open list stays open
        in_use = self.source.currentData()
        self._cameras = [(label, spec) for label, spec, _ in cameras]
        self._others = [
            (label, spec) for label, spec in self._others if str(spec) not in by_index and spec not in listed
        ]
        self._list_sources(by_index.get(str(in_use), in_use))

    def show_source(self, label: str, spec: object) -> None:
        """Show which source is in use, adding it to the list if it is new."""
        if all(spec != known for _, known in self._cameras + self._others):
            self._others.append((label, spec))
        self._list_sources(spec)

    def _list_sources(self, in_use: object) -> None:
        # Only `activated` is listened to, so none of this counts as a choice.
        self.source.clear()
        for label, spec in self._cameras + self._others:
            self.source.addItem(label, spec)
            self.source.setItemData(self.source.count() - 1, str(spec), Qt.ItemDataRole.ToolTipRole)
        self.source.setCurrentIndex(self.source.findData(in_use))

    def show_state(self, state: SourceState) -> None:
        """Show what can be done with the source: stop or start it, record it, track it again."""
        active = state.phase.active
        self.start_stop.setText(self.tr("Stop") if active else self.tr("Start"))
        theme.set_icon(self.start_stop, "stop" if active else "play")
        self.start_stop.setEnabled(state.can_start)
        self.start_stop.setToolTip(
            self.tr("Start or stop the source (Ctrl+Space)")
            if state.can_start
            else self.tr("Nothing was chosen that could be started")
        )
        if not active:
            self.show_mean_loops(None)
            self.show_estimator(None)
        self.record.setEnabled(not state.why_not_record)
        self.record.setToolTip(
            state.why_not_record or self.tr("Record video and hands to a session folder (R)")
        )
        self.record.setVisible(not state.is_session)
        self.track_again.setVisible(state.is_session)
        with QSignalBlocker(self.track_again):
            self.track_again.setChecked(state.is_session and not state.shows_recorded)
        for control in (self.slider, self.smoothing, *self.hands.buttons()):
            control.setEnabled(not state.shows_recorded)

    def set_can_mirror(self, possible: bool) -> None:
        """Whether what is open may be shown as in a mirror."""
        self.mirror.setEnabled(possible)
        self.mirror.setToolTip(
            self.tr("Show the camera as in a mirror (F)")
            if possible
            else self.tr("Only cameras are shown as in a mirror")
        )

    def show_recording(self, active: bool) -> None:
        """Show whether a recording runs."""
        with QSignalBlocker(self.record):
            self.record.setChecked(active)
        self.record.setText(self.tr("Stop recording") if active else self.tr("Record"))
        self.pause_recording.setVisible(active)

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

    def _source_row(self) -> QHBoxLayout:
        self.source.setPlaceholderText(self.tr("No source"))
        self.source.setToolTip(self.tr("The camera or file to track hands in"))
        self.source.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.source.setMinimumContentsLength(8)
        self.source.activated.connect(lambda index: self.source_chosen.emit(self.source.itemData(index)))
        menu = QMenu(self)
        menu.addAction(self.tr("Video or picture…"), self.open_file_asked.emit)
        menu.addAction(self.tr("Folder of images…"), self.open_folder_asked.emit)
        menu.addAction(self.tr("Recorded session…"), self.open_session_asked.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Rendered hand"), self.rendered_hand_asked.emit)
        menu.addAction(self.tr("Demo clip"), self.demo_clip_asked.emit)
        choose = QToolButton()
        choose.setText(self.tr("Open ▾"))
        choose.setToolTip(
            self.tr("Open a video or picture, a folder of images, or a hand of the program's own")
        )
        choose.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        choose.setMenu(menu)
        row = QHBoxLayout()
        row.addWidget(self.source, 1)
        row.addWidget(choose)
        return row

    def _buttons_row(self) -> QHBoxLayout:
        self.start_stop.clicked.connect(self.start_stop_asked)
        self.record.setObjectName("record")
        theme.set_icon(self.record, "record", "record")
        self.record.setCheckable(True)
        self.record.toggled.connect(self.record_toggled)
        self.track_again.setCheckable(True)
        self.track_again.setToolTip(
            self.tr("Track the session's pictures anew, with the present settings, beside what was recorded")
        )
        self.track_again.toggled.connect(self.track_again_asked)
        self.track_again.hide()
        self.pause_recording.setToolTip(self.tr("Record no frame until it is pressed again"))
        self.pause_recording.clicked.connect(self.pause_recording_asked)
        self.pause_recording.hide()
        row = QHBoxLayout()
        for button in (self.start_stop, self.record, self.pause_recording, self.track_again):
            button.setIconSize(QSize(14, 14))
            row.addWidget(button, 1)
        return row

    def _gate_rows(self) -> QGridLayout:
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
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        grid.addWidget(QLabel(self.tr("Gate threshold")), 0, 0)
        grid.addWidget(self.threshold_value, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        grid.addWidget(_muted("fewer loops, faster"), 2, 0)
        grid.addWidget(_muted("more loops, finer"), 2, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.expected, 3, 0, 1, 2)
        grid.addWidget(self.guaranteed, 4, 0, 1, 2)
        grid.addWidget(QLabel(self.tr("Last second")), 5, 0)
        grid.addLayout(self._measured_row(), 5, 1)
        grid.addWidget(_muted("followed hands need fewer loops than new ones"), 6, 0, 1, 2)
        return grid

    def _measured_row(self) -> QHBoxLayout:
        """What the threshold gives now: fewer loops take less time, which is seen while the slider moves."""
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addStretch(1)
        for value, unit in ((self.mean_loops, "loops"), (self.estimator, "ms")):
            row.addWidget(value)
            row.addWidget(_muted(unit))
        return row

    def _tracking_row(self) -> QGridLayout:
        numbers = QHBoxLayout()
        numbers.setSpacing(3)
        for count in self.hand_counts():
            button = QToolButton()
            button.setText(str(count))
            button.setCheckable(True)
            button.setObjectName("segment")
            button.setFixedWidth(_SEGMENT_WIDTH)
            button.setToolTip(f"Track up to {count} hand{'s' if count > 1 else ''}")
            self.hands.addButton(button, count)
            numbers.addWidget(button)
        self.hands.idToggled.connect(self._hands_toggled)
        self.smoothing.setToolTip(
            self.tr("Steady the joints over time, each as far as it is unsure (Shift+S)")
        )
        self.smoothing.toggled.connect(self.smoothing_changed)
        self.mirror.toggled.connect(self.mirror_changed)
        grid = QGridLayout()
        grid.setVerticalSpacing(7)
        numbers.insertWidget(0, QLabel(self.tr("Hands")), 1)
        grid.addLayout(numbers, 0, 0, 1, 2)
        grid.addWidget(self.smoothing, 1, 0)
        grid.addWidget(self.mirror, 1, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def _set_up_keyboard(self) -> None:
        # The window's shortcuts work everywhere, so a click must not give a control the keyboard.
        for control in self.findChildren(QWidget):
            if control.focusPolicy() & Qt.FocusPolicy.ClickFocus:
                control.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_settings(self, settings: Settings) -> None:
        """Show what the settings say, telling nobody."""
        with QSignalBlocker(self):
            self.slider.setValue(round(settings.tracker.gate_threshold * _STEPS))
            self._show_threshold()
            self.smoothing.setChecked(settings.tracker.smoothing)
            self.mirror.setChecked(settings.window.mirror)
            self.hands_button(settings.tracker.max_hands).setChecked(True)

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

    def _hands_toggled(self, count: int, checked: bool) -> None:
        if checked:
            self.max_hands_changed.emit(count)


def _expected(loops: float, error_percent: float, milliseconds: float | None) -> str:
    takes = "" if milliseconds is None else f", {milliseconds:.1f} ms"
    return f"a new hand: about {loops:.1f} loops{takes}, {error_percent:.1f} % off"


def _guaranteed(worse_percent: float | None) -> str:
    return "" if worse_percent is None else f"at most {worse_percent:.1f} % worse than with all loops"


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("muted")
    return label


def _rule() -> QFrame:
    line = QFrame()
    line.setFixedHeight(1)
    line.setObjectName("rule")
    return line
