# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the picture: where the source stands in its time, and the way to any other moment of it."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app import theme
from app.model.deck import DeckState
from app.model.timeline import Timeline
from app.views.time_slider import TimeSlider
from app.views.value_label import ValueLabel
from handtrack.plain_text import printable

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class TransportBar(QWidget):
    """Play, step, scrub, slow down, loop; hidden while there is nothing to lead.

    It only emits what is asked for and shows what it is told.
    """

    play_asked = pyqtSignal()
    step_asked = pyqtSignal(int)
    """Frames or stills on, or back."""
    moment_asked = pyqtSignal(float)
    speed_asked = pyqtSignal(float)
    loop_asked = pyqtSignal(bool, object)
    """Whether to play again and again, and the part that is played (seconds), or None for all of it."""

    def __init__(self, timeline: Timeline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._state: DeckState | None = None
        self._part_begin: float | None = None
        self.slider = TimeSlider()
        self.slider.setToolTip(
            self.tr("Click or drag to go there. Bright: the estimator was unsure. Ticks: marks")
        )
        self.slider.moment_asked.connect(self.moment_asked)
        self.back = _button("step-back", self.tr("One frame back (,)"), repeats=True)
        self.play = _button("play", "")
        self.forward = _button("step-on", self.tr("One frame on (.)"), repeats=True)
        self.unsure = _button(
            "unsure", self.tr("Go to the next moment of large sigma (N; before it: Shift+N)")
        )
        self.loop = _button("loop", self.tr("Play again and again (Ctrl+L)"))
        self.loop.setCheckable(True)
        self.part = _button("part", "")
        self.part.setCheckable(True)
        self.speed = QComboBox()
        self.speed.setToolTip(self.tr("Speed, of files and sessions"))
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g} ×", speed)
        small = theme.font(theme.SMALL_FONT_SIZE)
        self.time = ValueLabel("00:00.00 / 00:00.00", small, Qt.AlignmentFlag.AlignLeft)
        self._name = QLabel()
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setObjectName("muted")
        # A long name must not widen the window.
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.live = QToolButton()
        self.live.setText(self.tr("Live"))
        self.live.setToolTip(self.tr("Back to what the camera sees now (Space)"))
        self.live.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._connect()
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.back, self.play, self.forward):
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.time)
        row.addWidget(self._name, 1)
        for widget in (self.live, self.unsure, self.part, self.loop, self.speed):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 5, 10, 6)
        layout.setSpacing(4)
        layout.addWidget(self.slider)
        layout.addLayout(row)
        self.show_state(None)

    @property
    def name(self) -> str:
        """The name of the still that is shown."""
        return self._name.text()

    def show_state(self, state: DeckState | None) -> None:
        """Show how a deck stands; None hides the bar."""
        before, self._state = self._state, state
        self.setVisible(state is not None)
        if state is None:
            self._part_begin = None
            return
        if before is None or before.kind != state.kind:
            self._show_kind(state.kind)
        if before is None or (before.playing, before.kind) != (state.playing, state.kind):
            self._show_playing(state)
        self.slider.show_state(state)
        self._show_time(state)
        for button, on in ((self.loop, state.loop), (self.part, state.part is not None or self._has_begin)):
            with QSignalBlocker(button):
                button.setChecked(on)
        self.part.setToolTip(self._part_words(state))
        index = self.speed.findData(state.speed)
        if index != self.speed.currentIndex():
            self.speed.setCurrentIndex(index)
        if state.kind == "stills":
            self.back.setEnabled(state.position > state.begin)
            self.forward.setEnabled(state.position < state.end)

    def show_sureness(self) -> None:
        """Draw what is known of the time anew."""
        if self._state is not None and not self.isHidden():
            self.slider.show_timeline(self._timeline)

    def go_to_unsure(self, backwards: bool = False) -> None:
        """Go to the next moment of large sigma, or the one before."""
        if self._state is not None:
            self._go(self._timeline.next_unsure(self._state.position, backwards))

    def go_to_mark(self, backwards: bool = False) -> None:
        """Go to the next mark, or the one before."""
        if self._state is not None:
            self._go(self._timeline.next_mark(self._state.position, backwards))

    def toggle_loop(self) -> None:
        """Play again and again, or once."""
        self.loop.click()

    def change_speed(self, steps: int) -> None:
        """Play faster by so many of the offered speeds, or slower."""
        index = min(max(self.speed.currentIndex() + steps, 0), self.speed.count() - 1)
        self.speed_asked.emit(self.speed.itemData(index))

    def set_part_edge(self) -> None:
        """Begin the part that is looped, then end it, then play all again."""
        self.part.click()

    @property
    def _has_begin(self) -> bool:
        return self._part_begin is not None

    def _connect(self) -> None:
        self.back.clicked.connect(lambda: self.step_asked.emit(-1))
        self.forward.clicked.connect(lambda: self.step_asked.emit(1))
        self.play.clicked.connect(self.play_asked)
        self.live.clicked.connect(self.play_asked)
        self.unsure.clicked.connect(lambda: self.go_to_unsure())
        self.loop.clicked.connect(self._loop_clicked)
        self.part.clicked.connect(self._part_clicked)
        self.speed.activated.connect(lambda index: self.speed_asked.emit(self.speed.itemData(index)))

    def _loop_clicked(self, on: bool) -> None:
        part = None if self._state is None else self._state.part
        self.loop_asked.emit(on, part if on else None)

    def _part_clicked(self) -> None:
        state = self._state
        if state is None:
            return
        if state.part is not None:
            self._part_begin = None
            self.loop_asked.emit(state.loop, None)
        elif self._part_begin is None:
            self._part_begin = state.position
            self.slider.show_part(state.position, None)
            self.show_state(state)
        else:
            first, second = sorted((self._part_begin, state.position))
            self._part_begin = None
            self.loop_asked.emit(True, (first, second) if second > first else None)

    def _part_words(self, state: DeckState) -> str:
        if state.part is not None:
            words = self.tr("Only {begin} to {end} is played; press to play all (B)")
            return words.format(begin=clock(state.part[0]), end=clock(state.part[1]))
        if self._has_begin:
            return self.tr("The part begins here; press again where it ends (B)")
        return self.tr("Loop a part: press where it begins, and again where it ends (B)")

    def _go(self, moment: float | None) -> None:
        if moment is not None:
            self.moment_asked.emit(moment)

    def _show_kind(self, kind: str) -> None:
        stills, camera = kind == "stills", kind == "camera"
        self.play.setVisible(not stills)
        self.live.setVisible(camera)
        for widget in (self.loop, self.part, self.speed):
            widget.setVisible(kind == "file")
        self.unsure.setVisible(not stills)
        self.back.setToolTip(self.tr("One picture back (←)") if stills else self.tr("One frame back (,)"))
        self.forward.setToolTip(self.tr("One picture on (→)") if stills else self.tr("One frame on (.)"))
        for button in (self.back, self.forward):
            button.setEnabled(True)

    def _show_playing(self, state: DeckState) -> None:
        theme.set_icon(self.play, "pause" if state.playing else "play")
        self.play.setToolTip(self.tr("Pause (Space)") if state.playing else self.tr("Play (Space)"))
        self.live.setEnabled(not state.playing)

    def _show_time(self, state: DeckState) -> None:
        name = ""
        if state.kind == "stills":
            words = self.tr("{number:.0f} of {count:.0f}")
            self.time.show_text(words.format(number=state.position, count=state.end))
            name = printable(state.name)
        elif state.kind == "camera":
            behind = self.tr("{seconds:.2f} s").format(seconds=state.position - state.end)
            self.time.show_text(self.tr("live") if state.playing else behind)
        else:
            self.time.show_text(f"{clock(state.position, 2)} / {clock(state.end)}")
        if name != self._name.text():
            self._name.setText(name)
            self._name.setToolTip(name)


def clock(seconds: float, digits: int = 1) -> str:
    """A moment as minutes and seconds, such as "02:05.3"."""
    units = 10**digits
    whole = round(seconds * units)
    minutes, rest = divmod(whole, 60 * units)
    return f"{minutes:02d}:{rest / units:0{3 + digits}.{digits}f}"


def _button(shape: str, tip: str, repeats: bool = False) -> QToolButton:
    button = QToolButton()
    theme.set_icon(button, shape)
    button.setToolTip(tip)
    button.setAutoRepeat(repeats)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
