# SPDX-License-Identifier: GPL-3.0-or-later
"""Which source is in use, out of the cameras that there are and whatever else was opened."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QSizePolicy, QWidget


class SourceChoice(QComboBox):
    """Cameras first, then files and folders; it only emits what is chosen."""

    source_chosen = pyqtSignal(object)
    """The spec of a source: a camera's index or id, or a path."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cameras: list[tuple[str, object]] = []
        self._others: list[tuple[str, object]] = []
        self.setPlaceholderText(self.tr("No source"))
        self.setToolTip(self.tr("The camera or file to track hands in"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(8)
        self.activated.connect(lambda index: self.source_chosen.emit(self.itemData(index)))

    def set_cameras(self, cameras: Sequence[tuple[str, str, int]]) -> None:
        """Offer cameras (label, spec, index) above the other sources; the one in use stays chosen."""
        by_index = {str(index): spec for _, spec, index in cameras}
        listed = {spec for _, spec, _ in cameras}
        known = not any(str(spec) in by_index or spec in listed for _, spec in self._others)
        if known and [(label, spec) for label, spec, _ in cameras] == self._cameras:
            return  # an open list stays open
        in_use = self.currentData()
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
        self.clear()
        for label, spec in self._cameras + self._others:
            self.addItem(label, spec)
            self.setItemData(self.count() - 1, str(spec), Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(self.findData(in_use))
