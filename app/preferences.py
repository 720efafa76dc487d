# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window remembers from one run to the next: some settings, and where its views stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QByteArray, QObject, QSettings, pyqtSignal
from PyQt6.QtWidgets import QMainWindow

from app.model.preferences import allowed, as_override, values_of
from handtrack.config import load_settings

_LAYOUT_VERSION = 1
"""To be raised when docks are renamed: a layout of another version is not used."""


class Preferences(QObject):
    """Kept in an INI file; with None as the file nothing is remembered."""

    changed = pyqtSignal(object)
    """dict of the settings that a person changed and their new values."""

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = None if file is None else QSettings(str(file), QSettings.Format.IniFormat)

    def overrides(self) -> list[str]:
        """The remembered settings, as `--set` takes them."""
        if self._kept is None:
            return []
        names = [name for name in self._kept.allKeys() if name.startswith("settings/")]
        found = {name.removeprefix("settings/"): str(self._kept.value(name, "")) for name in names}
        return allowed(found)

    def change(self, values: Mapping[str, Any]) -> None:
        """Remember other values, and tell them."""
        for key, value in values.items():
            self.note(key, value)
        self.changed.emit(dict(values))

    def note(self, key: str, value: Any) -> None:
        """Remember a value that was changed elsewhere."""
        if self._kept is not None:
            self._kept.setValue(f"settings/{key}", as_override(key, value).partition("=")[2])

    def text(self, name: str) -> str:
        """What was kept under a name besides the settings; "" if nothing was."""
        return "" if self._kept is None else str(self._kept.value(f"kept/{name}", ""))

    def keep_text(self, name: str, text: str) -> None:
        """Keep something besides the settings."""
        if self._kept is not None:
            self._kept.setValue(f"kept/{name}", text)

    def restore_defaults(self) -> None:
        """Forget all settings, and tell the shipped values."""
        if self._kept is not None:
            self._kept.remove("settings")
        self.changed.emit(values_of(load_settings()))

    def keep_layout(self, window: QMainWindow) -> None:
        """Remember how large the window is and where its views stand."""
        if self._kept is not None:
            self._kept.setValue("layout/geometry", window.saveGeometry())
            self._kept.setValue("layout/state", window.saveState(_LAYOUT_VERSION))
            self._kept.sync()

    def restore_layout(self, window: QMainWindow) -> bool:
        """Give the window the remembered size and views; False if there are none, or they make no sense."""
        if self._kept is None:
            return False
        geometry, state = (self._kept.value(f"layout/{name}") for name in ("geometry", "state"))
        if not isinstance(geometry, QByteArray) or not isinstance(state, QByteArray):
            return False
        # Asked first: a size without its views would be worse than none.
        return window.restoreState(state, _LAYOUT_VERSION) and window.restoreGeometry(geometry)
