# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can set while watching: source, gate threshold, hands, and the recording."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.model.source_state import SourceState
from app.values import Phase
from app.views.gate_controls import GateControls
from app.views.recording_line import RecordingLine
from app.views.source_choice import SourceChoice
from handtrack.checks import MOST_HANDS
from handtrack.config import Settings

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
        self.source = SourceChoice()
        self.start_stop = QPushButton()
        self.record = QPushButton(self.tr("Record"))
        self.pause_recording = QPushButton(self.tr("Pause"))
        self.track_again = QPushButton(self.tr("Track again"))
        self.gate = GateControls()
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
        layout.addWidget(self.gate)
        layout.addWidget(_rule())
        layout.addLayout(self._tracking_row())
        layout.addStretch(1)
        self.gate.threshold_changed.connect(self.threshold_changed)
        self._set_up_keyboard()
        self.show_settings(settings)
        self.show_state(SourceState(Phase.IDLE))

    def hand_counts(self) -> range:
        """The numbers of hands that can be chosen."""
        return range(1, MOST_HANDS + 1)

    def hands_button(self, count: int) -> QAbstractButton:
        """The button that chooses so many hands."""
        button = self.hands.button(min(count, MOST_HANDS))
        assert button is not None
        return button

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
            self.gate.show_mean_loops(None)
            self.gate.show_estimator(None)
        self.record.setEnabled(not state.why_not_record)
        self.record.setToolTip(
            state.why_not_record or self.tr("Record video and hands to a session folder (R)")
        )
        self.record.setVisible(not state.is_session)
        self.track_again.setVisible(state.is_session)
        # The menu's entry can be used when the button can, seen or not.
        self.track_again.setEnabled(state.is_session)
        self.track_again.setToolTip(
            self.tr("Track the session's pictures anew, with the present settings, beside what was recorded")
            if state.is_session
            else self.tr("Only while a recorded session is open")
        )
        with QSignalBlocker(self.track_again):
            self.track_again.setChecked(state.is_session and not state.shows_recorded)
        for control in (self.gate.slider, self.smoothing, *self.hands.buttons()):
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

    def _source_row(self) -> QHBoxLayout:
        self.source.source_chosen.connect(self.source_chosen)
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

    def _tracking_row(self) -> QGridLayout:
        numbers = QHBoxLayout()
        numbers.setSpacing(3)
        for count in self.hand_counts():
            button = QToolButton()
            button.setText(str(count))
            button.setCheckable(True)
            button.setObjectName("segment")
            button.setFixedWidth(_SEGMENT_WIDTH)
            words = (
                self.tr("Track up to {count} hand") if count == 1 else self.tr("Track up to {count} hands")
            )
            button.setToolTip(words.format(count=count))
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
            self.gate.show_threshold(settings.tracker.gate_threshold)
            self.smoothing.setChecked(settings.tracker.smoothing)
            self.mirror.setChecked(settings.window.mirror)
            self.hands_button(settings.tracker.max_hands).setChecked(True)

    def _hands_toggled(self, count: int, checked: bool) -> None:
        if checked:
            self.max_hands_changed.emit(count)


def _rule() -> QFrame:
    line = QFrame()
    line.setFixedHeight(1)
    line.setObjectName("rule")
    return line
