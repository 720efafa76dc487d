# SPDX-License-Identifier: GPL-3.0-or-later
"""The deck of the source that is open, led by the window's controls."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from app.model.deck import CameraDeck, Deck, DeckState, FileDeck
from handtrack.hand import FrameResult


class Player(QObject):
    """Passes on what a person does with time, and says which frame is to be shown and how the deck stands.

    Without a deck every command is passed over.
    """

    shown = pyqtSignal(object)
    """FrameResult, to be shown now."""
    changed = pyqtSignal(object)
    """DeckState after a frame or a command; None without a deck."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deck: Deck | None = None

    @property
    def deck(self) -> Deck | None:
        """The deck of the source that is open."""
        return self._deck

    @property
    def state(self) -> DeckState | None:
        """How the deck stands; None without one."""
        return None if self._deck is None else self._deck.state

    @property
    def plays_file(self) -> bool:
        """Whether the deck is that of a file, which can be played from its beginning."""
        return isinstance(self._deck, FileDeck)

    @property
    def chosen_by_hand(self) -> bool:
        """Whether frames come only as a person asks for them."""
        return self._deck is not None and not self._deck.playing

    @property
    def lag(self) -> float | None:
        """Seconds from a frame's timestamp to when it was due; None while frames are chosen by hand."""
        if self.chosen_by_hand:
            return None
        return self._deck.transport.lag if isinstance(self._deck, FileDeck) else 0.0

    def load(self, deck: Deck) -> None:
        """Lead this deck from now on."""
        self.leave()
        self._deck = deck
        self.tell()

    def leave(self) -> None:
        """Lead none."""
        if isinstance(self._deck, CameraDeck):
            self._deck.recent.close()
        self._deck = None
        self.tell()

    def receive(self, result: FrameResult) -> None:
        """A new result came from the source."""
        if self._deck is None or self._deck.note(result):
            self.shown.emit(result)
            self.tell()

    def play_or_pause(self) -> None:
        """Let a source play, or stay at its present frame; it stays open, and the tracker loaded."""
        deck = self._deck
        if deck is not None:
            (deck.pause if deck.playing else deck.play)()
            self._moved()

    def step(self, frames: int) -> None:
        """Pause, and go on by so many frames or stills, or back."""
        if self._deck is not None:
            self._deck.step(frames)
            self._moved()

    def seek(self, position: float) -> None:
        """Go to the frame of a moment, as `DeckState` has them."""
        if self._deck is not None:
            self._deck.seek(position)
            self._moved()

    def go_to_edge(self, end: bool) -> None:
        """Go to the beginning of what is open, or to its end."""
        state = self.state
        if state is not None:
            self.seek(state.end if end else state.begin)

    def again(self) -> None:
        """Have the frame that is shown tracked once more, where it stands still."""
        if self._deck is not None:
            self._deck.again()

    def set_speed(self, speed: float) -> None:
        """Play a file so many times as fast as it was recorded."""
        if isinstance(self._deck, FileDeck):
            self._deck.transport.set_speed(speed)
            self._moved()

    def set_loop(self, loop: bool, part: tuple[float, float] | None = None) -> None:
        """Play a file, or a part of it (seconds), again and again, or once."""
        if isinstance(self._deck, FileDeck):
            self._deck.transport.set_loop(loop)
            self._deck.transport.set_part(part)
            self._moved()

    def tell(self) -> None:
        """Say how the deck stands."""
        self.changed.emit(self.state)

    def _moved(self) -> None:
        shown = None if self._deck is None else self._deck.take()
        if shown is not None:
            self.shown.emit(shown)
        self.tell()
