# SPDX-License-Identifier: GPL-3.0-or-later
"""What the arrow keys do: leaf through stills while some are open, and else move the gate's threshold."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction, QKeySequence

from app.model.deck import DeckState

ARROWS = ("Right", "Left")
"""The keys by their names; what goes on, or up, is on the right."""


class ArrowKeys(QObject):
    """Gives the two keys to one pair of actions and takes them from the other."""

    def __init__(self, leafing: Sequence[QAction], threshold: Sequence[QAction], parent: QObject) -> None:
        """leafing, threshold: what the right key does, then what the left one does."""
        super().__init__(parent)
        self._leafing, self._threshold = leafing, threshold

    def follow_deck(self, state: DeckState | None) -> None:
        """Now there is this deck."""
        leafing = state is not None and state.kind == "stills"
        if self._leafing[0].isEnabled() == leafing:
            return
        for action in self._leafing:
            action.setEnabled(leafing)
        for action, arrow in zip(self._threshold, ARROWS, strict=True):
            keys = [key for key in action.shortcuts() if key.toString() not in ARROWS]
            action.setShortcuts([*([] if leafing else [QKeySequence(arrow)]), *keys])
