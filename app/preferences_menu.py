# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the dialog of the preferences and does what is asked in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.model.preferences import read_yaml, write_yaml
from app.views.preferences import PreferencesDialog
from app.words import translate
from handtrack.errors import ConfigError
from handtrack.plain_text import printable

if TYPE_CHECKING:
    from app.window import MainWindow


def show_preferences(window: MainWindow) -> PreferencesDialog:
    """Show the dialog, on what holds now."""
    dialog, preferences, bridge = PreferencesDialog(window), window.preferences, window.bridge

    def show() -> None:
        dialog.show_settings(bridge.settings)

    def export(path: Path) -> None:
        try:
            write_yaml(bridge.settings, path)
        except OSError as error:
            words = translate("Preferences", "The settings cannot be written to {path}: {why}.")
            window.show_error(words.format(path=path, why=error.strerror or error))
        else:
            words = translate("Preferences", "All settings are in {path}.")
            window.video.banner.show_notice(words.format(path=printable(str(path))))

    def take(path: Path) -> None:
        try:
            values, others = read_yaml(path)
        except ConfigError as error:
            window.show_error(str(error))
            return
        preferences.change(values)
        if others:
            words = translate("Preferences", "Not remembered, so pass the file with --config: {names}.")
            window.video.banner.show_notice(words.format(names=printable(", ".join(others))))

    dialog.changed.connect(preferences.change)
    dialog.defaults_asked.connect(preferences.restore_defaults)
    dialog.export_asked.connect(export)
    dialog.import_asked.connect(take)
    preferences.changed.connect(show)
    dialog.finished.connect(lambda: preferences.changed.disconnect(show))
    info = None if bridge.pipeline is None else bridge.pipeline.source_info
    dialog.show_camera(printable(info.detail) if info is not None and info.live else "")
    show()
    dialog.open()
    return dialog
