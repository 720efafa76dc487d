# SPDX-License-Identifier: GPL-3.0-or-later
"""The step view: one hand's loops beside each other, what each saw, where it looked, and what it moved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QEvent, QSize, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.model.refinement import steps_as_tracked, steps_from_nothing
from app.unfolding import Unfolding
from app.views.elided_label import ElidedLabel
from app.views.step_panel import MOVES_LONGER
from app.views.steps_canvas import StepsCanvas
from app.words import name_of
from handtrack.hand import Crop, FrameResult, Hand

if TYPE_CHECKING:
    from handtrack.tracking.unfolding import UnfoldedLoop

_POLL_INTERVAL = 40
"""Milliseconds between looks at what is being computed."""
_REDRAW_SECONDS = 0.1
"""Of a video that plays, so often at most: four pictures cost more than one."""
_TRACKED_TIP = QT_TRANSLATE_NOOP(
    "StepsView",
    "The loops that ran while the hand was tracked. A followed hand begins from the frame before, and\n"
    "mostly needs one. The loops after the gate left, and the attention, were not recorded.",
)
_NOTHING_TIP = QT_TRANSLATE_NOOP(
    "StepsView",
    "All loops computed again, as if the hand were seen for the first time: this shows the refinement.\n"
    "It is done with the weights of the settings, while the picture stands still.",
)
_ATTENTION_TIP = QT_TRANSLATE_NOOP(
    "StepsView",
    "Where each loop looked: bright cells of the picture's features count more in it, dark ones less.\n"
    "The first loop looks everywhere alike.",
)


class StepsView(QWidget):
    """One hand of the frame at hand, loop by loop.

    While pictures play, it shows what was tracked. Where they stand still, it computes in a thread of its own
    what the loops do from nothing; nothing is computed while the view is hidden.
    """

    def __init__(self, weights: Path | None = None, parent: QWidget | None = None) -> None:
        """weights: of the network that tracks; None for the shipped ones."""
        super().__init__(parent)
        self._result: FrameResult | None = None
        self._track_id: int | None = None
        self._playing = False
        self._stale = False
        self._shown_at = 0.0
        self._unfolded: tuple[np.ndarray, Crop, Sequence[UnfoldedLoop], str] | None = None
        self._unfolding = Unfolding(weights)
        self._clock = QTimer(self)
        self._clock.setInterval(_POLL_INTERVAL)
        self._clock.timeout.connect(self._look)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show_now)
        self.hand_choice = QComboBox()
        self.hand_choice.setToolTip(self.tr("Which hand of the frame is shown"))
        self.as_tracked = _segment(self.tr("as it was tracked"), self.tr(_TRACKED_TIP))
        self.from_nothing = _segment(self.tr("as for the first time"), self.tr(_NOTHING_TIP))
        self.attention = QCheckBox(self.tr("Attention"))
        self.canvas = StepsCanvas()
        self._explanation = ElidedLabel(60)
        self._arrange()
        self.from_nothing.setChecked(True)
        self.attention.setChecked(True)
        self.hand_choice.activated.connect(self._choose_hand)
        self._origins.idToggled.connect(lambda _, on: self._show_now() if on else None)
        self.attention.toggled.connect(self.canvas.show_attention)
        self._show_now()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(1100, 420)

    @property
    def computing(self) -> bool:
        """Whether something is being computed."""
        return self._unfolding.busy

    def show_result(self, result: FrameResult) -> None:
        """Show a frame's hand, the one that was shown before if it is still there."""
        self._result = result
        if not self.isVisible():
            self._stale = True
        elif not self._playing:
            self._show_now()
        elif not self._later.isActive():
            waited = time.monotonic() - self._shown_at
            self._later.start(max(round(1000 * (_REDRAW_SECONDS - waited)), 0))

    def use_weights(self, weights: Path | None) -> None:
        """Compute with these weights from now on; None are the shipped ones."""
        self._unfolding.forget()
        self._unfolding = Unfolding(weights)
        self._unfolded = None
        self._show_now()

    def set_playing(self, playing: bool) -> None:
        """Say whether pictures follow each other by themselves: then nothing is computed for them."""
        if playing != self._playing:
            self._playing = playing
            self._show_now()

    def clear(self) -> None:
        """Show no hand."""
        self._result = self._unfolded = None
        self._unfolding.forget()
        self._show_now()

    def release(self) -> None:
        """End what is being computed, waiting a little for it."""
        self._clock.stop()
        self._later.stop()
        self._unfolding.close(2.0)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Bring up to date what was not followed while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self._show_now()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Compute nothing for nobody."""
        super().hideEvent(event)
        self._unfolding.forget()
        self._stale = True

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Follow another look of the window."""
        super().changeEvent(event)
        self.canvas.forget_pictures()

    def _arrange(self) -> None:
        self._origins = QButtonGroup(self)
        for number, button in enumerate((self.as_tracked, self.from_nothing)):
            self._origins.addButton(button, number)
        self.attention.setToolTip(self.tr(_ATTENTION_TIP))
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 0)
        row.setSpacing(6)
        row.addWidget(self.hand_choice)
        row.addWidget(self.as_tracked)
        row.addWidget(self.from_nothing)
        row.addWidget(self._explanation, 1)
        row.addWidget(self.attention)
        for widget in (self.hand_choice, self.as_tracked, self.from_nothing, self.attention):
            widget.setFont(theme.font(theme.SMALL_FONT_SIZE))
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 6)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.canvas, 1)

    def _choose_hand(self, row: int) -> None:
        self._track_id = self.hand_choice.itemData(row)
        self._show_now()

    def _hand(self) -> Hand | None:
        hands = () if self._result is None else self._result.hands
        chosen = next((hand for hand in hands if hand.track_id == self._track_id), None)
        return chosen or (hands[0] if hands else None)

    def _show_now(self) -> None:
        self._later.stop()
        if not self.isVisible():
            self._stale = True
            return
        self._stale, self._shown_at = False, time.monotonic()
        hand = self._hand()
        self._list_hands(hand)
        pictured = self._result is None or _shows_something(self._result.frame.image)
        self.from_nothing.setEnabled(pictured and not self._playing)
        tracked = not self.from_nothing.isEnabled() or self.as_tracked.isChecked()
        self.attention.setEnabled(not tracked)
        if hand is None or self._result is None:
            self._explanation.setText("")
            self.canvas.show_words(self.tr("No hand in view"))
        elif tracked:
            if not pictured:
                words = self.tr("no picture was recorded")
            elif self._playing:
                words = self.tr("values as tracked; pause to see all loops")
            else:
                words = self.tr("values as tracked, before smoothing")
            self._explanation.setText(words)
            steps = steps_as_tracked(hand, self._result.max_iterations)
            self.canvas.show_steps(self._result, hand, steps, self.tr("its start was not recorded"))
        else:
            self._show_from_nothing(self._result, hand)

    def _show_from_nothing(self, result: FrameResult, hand: Hand) -> None:
        loops, error = self._known(result.frame.image, hand)
        if error:
            self._explanation.setText("")
            self.canvas.show_words(error)
        elif loops:
            if result.frame.still is not None:
                words = self.tr("computed from nothing")
            elif hand.iterations == 1:
                words = self.tr("computed from nothing (tracked, from the frame before: 1 loop)")
            else:
                words = self.tr("computed from nothing (tracked, from the frame before: {loops} loops)")
            moves = self.tr("white: moves, {times} times as long").format(times=MOVES_LONGER)
            self._explanation.setText(f"{words.format(loops=hand.iterations)} · {moves}")
            steps = steps_from_nothing(loops, hand.crop, result.gate_threshold, result.max_iterations)
            self.canvas.show_steps(result, hand, steps, self.tr("begins from nothing"))
        elif result.frame.still is not None:
            # Tracked from nothing too, so these loops stay as they are.
            self._explanation.setText(self.tr("computing the other loops…"))
            steps = steps_as_tracked(hand, result.max_iterations)
            self.canvas.show_steps(result, hand, steps, self.tr("begins from nothing"))
        else:
            self._explanation.setText(self.tr("computing…"))
            if not self.canvas.shows(result, hand):
                self.canvas.show_words(self.tr("Computing the loops…"))

    def _known(self, image: np.ndarray, hand: Hand) -> tuple[Sequence[UnfoldedLoop], str]:
        """The loops of a hand, or a sentence that says why there are none; asks for them if it must."""
        if self._unfolded is not None:
            of_image, of_crop, loops, error = self._unfolded
            if of_image is image and of_crop == hand.crop:
                return loops, error
        self._unfolding.wish(image, hand.crop)
        self._clock.start()
        return (), ""

    def _look(self) -> None:
        done = self._unfolding.take()
        if not self._unfolding.busy:
            self._clock.stop()
        if done is not None:
            (image, crop), loops, error = done
            self._unfolded = (image, crop, loops, error)
            self._show_now()

    def _list_hands(self, shown: Hand | None) -> None:
        hands = () if self._result is None else self._result.hands
        words = self.tr("{side} hand")
        listed = [(words.format(side=name_of(hand.handedness)), hand.track_id) for hand in hands]
        box = self.hand_choice
        if listed != [(box.itemText(row), box.itemData(row)) for row in range(box.count())]:
            box.clear()
            for name, track_id in listed:
                box.addItem(name, track_id)
        box.setVisible(len(listed) > 1)
        if shown is not None:
            box.setCurrentIndex(box.findData(shown.track_id))


def _shows_something(image: np.ndarray) -> bool:
    """Whether a frame has a picture; of a session without video it is of one grey."""
    return bool(np.ptp(image[::8, ::8]))


def _segment(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setObjectName("segment")
    return button
