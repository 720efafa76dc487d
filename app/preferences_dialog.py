# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the dialog of the preferences and does what is asked in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QWidget

from app.bridge import Bridge
from app.model.camera_modes import Modes, OfferedModes
from app.model.preferences import read_yaml, write_yaml
from app.preferences import Preferences
from app.views.banner import Banner
from app.views.preferences import PreferencesDialog
from app.words import translate
from handtrack.errors import ConfigError
from handtrack.plain_text import printable

if TYPE_CHECKING:
    from handtrack.sources.base import SourceInfo


def show_preferences(
    window: QWidget, bridge: Bridge, preferences: Preferences, banner: Banner
) -> PreferencesDialog:
    """Show the dialog over a window, on what holds now. banner: says what cannot be done."""
    dialog = PreferencesDialog(window)

    def show() -> None:
        dialog.show_settings(bridge.settings)

    def export(path: Path) -> None:
        try:
            write_yaml(bridge.settings, path)
        except OSError as error:
            words = translate("Preferences", "The settings cannot be written to {path}: {why}.")
            banner.show_error(words.format(path=path, why=error.strerror or error))
        else:
            words = translate("Preferences", "All settings are in {path}.")
            banner.show_notice(words.format(path=printable(str(path))))

    def take(path: Path) -> None:
        try:
            values, others = read_yaml(path)
        except ConfigError as error:
            banner.show_error(str(error))
            return
        preferences.change(values)
        if others:
            words = translate("Preferences", "Not remembered, so pass the file with --config: {names}.")
            banner.show_notice(words.format(names=printable(", ".join(others))))

    dialog.changed.connect(preferences.change)
    dialog.defaults_asked.connect(preferences.restore_defaults)
    dialog.export_asked.connect(export)
    dialog.import_asked.connect(take)
    preferences.changed.connect(show)
    dialog.finished.connect(lambda: preferences.changed.disconnect(show))
    _CameraWatch(dialog, bridge)
    show()
    dialog.open()
    return dialog


class _CameraWatch(QObject):
    """Says in a dialog what the open camera does, and offers its modes, as long as the dialog is there."""

    def __init__(self, dialog: PreferencesDialog, bridge: Bridge) -> None:
        super().__init__(dialog)
        self._dialog, self._bridge = dialog, bridge
        bridge.state_changed.connect(self._show_camera)
        bridge.cameras.modes_found.connect(self._offer)
        self._show_camera()
        bridge.cameras.find_modes()

    def _camera(self) -> SourceInfo | None:
        pipeline = self._bridge.pipeline
        info = None if pipeline is None else pipeline.source_info
        return info if info is not None and info.live else None

    def _show_camera(self) -> None:
        camera = self._camera()
        self._dialog.show_camera("" if camera is None else printable(camera.detail))

    def _offer(self, modes: Modes) -> None:
        camera = self._camera()
        # Of whichever will be opened where none is.
        own = modes.values() if camera is None else [modes.get(camera.name, ())]
        self._dialog.offer(OfferedModes(tuple(mode for each in own for mode in each)))
        self._dialog.show_settings(self._bridge.settings)
