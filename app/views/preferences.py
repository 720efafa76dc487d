# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialog of the preferences; every change holds at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.model.camera_modes import OfferedModes
from app.model.preferences import values_of
from app.views.elided_label import ElidedLabel
from handtrack.checks import MOST_HANDS
from handtrack.config import CameraSettings, Settings
from handtrack.plain_text import printable
from handtrack.sessions.folder import sessions_home

_NO_FORMAT = QT_TRANSLATE_NOOP("PreferencesDialog", "the camera's choice")
PARTS: dict[float | None, str] = {
    None: QT_TRANSLATE_NOOP("PreferencesDialog", "in one session"),
    5.0: QT_TRANSLATE_NOOP("PreferencesDialog", "a new one every 5 min"),
    10.0: QT_TRANSLATE_NOOP("PreferencesDialog", "every 10 min"),
    30.0: QT_TRANSLATE_NOOP("PreferencesDialog", "every 30 min"),
    60.0: QT_TRANSLATE_NOOP("PreferencesDialog", "every hour"),
}
_VIDEOS = {
    "full": QT_TRANSLATE_NOOP("PreferencesDialog", "Pictures as they are"),
    "half": QT_TRANSLATE_NOOP("PreferencesDialog", "Pictures at half the size"),
    "none": QT_TRANSLATE_NOOP("PreferencesDialog", "No pictures"),
}
_THEMES = {
    "system": QT_TRANSLATE_NOOP("PreferencesDialog", "As the desktop"),
    "dark": QT_TRANSLATE_NOOP("PreferencesDialog", "Dark"),
    "light": QT_TRANSLATE_NOOP("PreferencesDialog", "Light"),
}


class PreferencesDialog(QDialog):
    """Shows settings and emits what is changed; it changes nothing by itself."""

    changed = pyqtSignal(object)
    """dict of settings and their new values."""
    export_asked = pyqtSignal(Path)
    import_asked = pyqtSignal(Path)
    defaults_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.size_box, self.rate, self.format = QComboBox(), QComboBox(), QComboBox()
        self.got = QLabel()
        self.got.setObjectName("muted")
        self.got.setWordWrap(True)
        self.hands = _choice(
            {
                count: (self.tr("{count} hand") if count == 1 else self.tr("{count} hands")).format(
                    count=count
                )
                for count in range(1, MOST_HANDS + 1)
            }
        )
        self.smoothing = QCheckBox(self.tr("Steady the joints over time"))
        self.mirror = QCheckBox(self.tr("Show cameras as in a mirror"))
        self.theme_box = _choice(self._words(_THEMES))
        self.folder = ElidedLabel(120, Qt.TextElideMode.ElideMiddle)
        self.kept_video, self.parts = _choice(self._words(_VIDEOS)), QComboBox()
        self.traces = QCheckBox(self.tr("Every loop, for what-if"))
        self.recent = QCheckBox(self.tr("Keep a list of what was opened, with a small picture of each"))
        self._offered = OfferedModes()
        self._lay_out()
        self._connect()

    def offer(self, modes: OfferedModes) -> None:
        """Offer these modes of a camera from the next `show_settings` on; the usual ones until then."""
        self._offered = modes
        self.size_box.setToolTip(
            self.tr("The modes that the camera names") if modes.reported else self.tr("The usual modes")
        )

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now."""
        values = values_of(settings)
        self._show_mode(settings.camera)
        _select(self.hands, values["tracker.max_hands"])
        _select(self.theme_box, values["window.theme"])
        _select(self.kept_video, values["recording.video"])
        minutes = values["recording.part_minutes"]
        another = (
            {} if minutes in PARTS else {minutes: self.tr("every {minutes:g} min").format(minutes=minutes)}
        )
        _show(self.parts, minutes, self._words(PARTS) | another)
        for box, key in (
            (self.smoothing, "tracker.smoothing"),
            (self.mirror, "window.mirror"),
            (self.traces, "recording.traces"),
            (self.recent, "window.remember_recent"),
        ):
            with QSignalBlocker(box):
                box.setChecked(values[key])
        self.folder.setText(printable(str(sessions_home(settings.recording))))
        self.folder.setToolTip(self.folder.text())

    def _show_mode(self, asked: CameraSettings) -> None:
        size = (asked.width, asked.height)
        sizes = sorted({*self._offered.sizes(), size})
        _show(self.size_box, size, {each: f"{each[0]} × {each[1]}" for each in sizes})
        rates = sorted({*self._offered.rates(size), asked.fps})
        _show(self.rate, asked.fps, {rate: self.tr("{rate:g} frames/s").format(rate=rate) for rate in rates})
        names = {*self._offered.formats(size), asked.fourcc} - {""}
        formats = {name: name for name in sorted(names)} | {"": self.tr(_NO_FORMAT)}
        _show(self.format, asked.fourcc, formats)

    def show_camera(self, detail: str) -> None:
        """Say what the camera that is open does; "" if none is."""
        self.got.setText(
            self.tr("Now: {mode}").format(mode=detail)
            if detail
            else self.tr("What a camera does instead is said here while it is open.")
        )

    def _words(self, entries: Mapping[Any, str]) -> dict[Any, str]:
        return {value: self.tr(words) for value, words in entries.items()}

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(8)
        mode = QHBoxLayout()
        mode.setSpacing(6)
        for box in (self.size_box, self.rate, self.format):
            mode.addWidget(box)
        folder = QHBoxLayout()
        self.choose = QPushButton(self.tr("Choose…"))
        folder.addWidget(self.folder, 1)
        folder.addWidget(self.choose)
        kept = QHBoxLayout()
        kept.setSpacing(6)
        for box in (self.kept_video, self.parts):
            kept.addWidget(box)
        for name, row in (
            (QT_TRANSLATE_NOOP("PreferencesDialog", "Ask the camera for"), mode),
            ("", self.got),
            (QT_TRANSLATE_NOOP("PreferencesDialog", "At most"), self.hands),
            (QT_TRANSLATE_NOOP("PreferencesDialog", "Smoothing"), self.smoothing),
            (QT_TRANSLATE_NOOP("PreferencesDialog", "Mirror"), self.mirror),
            (QT_TRANSLATE_NOOP("PreferencesDialog", "Colours"), self.theme_box),
            (QT_TRANSLATE_NOOP("PreferencesDialog", "Record to"), folder),
            (QT_TRANSLATE_NOOP("PreferencesDialog", "Keep"), kept),
            ("", self.traces),
            (QT_TRANSLATE_NOOP("PreferencesDialog", "Start page"), self.recent),
        ):
            form.addRow(self.tr(name) if name else "", row)
        self.hands.setToolTip(self.tr("Hands that are looked for"))
        note = QLabel(
            self.tr(
                "These hold from now on, also for the next start. A --config file and --set come before them."
            )
        )
        note.setObjectName("muted")
        note.setWordWrap(True)
        # Not the dialog itself: then Qt would not see to it that all of the rows have room.
        note.setMinimumWidth(500)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.load, self.save = (
            buttons.addButton(self.tr("Import…"), role),
            buttons.addButton(self.tr("Export…"), role),
        )
        self.defaults = buttons.addButton(self.tr("Defaults"), QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self.show_camera("")

    def _connect(self) -> None:
        self.size_box.activated.connect(self._ask_for_size)
        for box, key in (
            (self.rate, "camera.fps"),
            (self.format, "camera.fourcc"),
            (self.hands, "tracker.max_hands"),
            (self.theme_box, "window.theme"),
            (self.kept_video, "recording.video"),
            (self.parts, "recording.part_minutes"),
        ):
            box.activated.connect(lambda _, box=box, key=key: self._ask(key, box.currentData()))
        for tick, key in (
            (self.smoothing, "tracker.smoothing"),
            (self.mirror, "window.mirror"),
            (self.traces, "recording.traces"),
            (self.recent, "window.remember_recent"),
        ):
            tick.toggled.connect(lambda on, key=key: self._ask(key, on))
        self.choose.clicked.connect(self._choose_folder)
        assert self.load is not None
        assert self.save is not None
        assert self.defaults is not None
        self.load.clicked.connect(self._choose_import)
        self.save.clicked.connect(self._choose_export)
        self.defaults.clicked.connect(self.defaults_asked)

    def _ask(self, key: str, value: Any) -> None:
        self.changed.emit({key: value})

    def _ask_for_size(self) -> None:
        width, height = self.size_box.currentData()
        self.changed.emit({"camera.width": width, "camera.height": height})

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Record sessions to"), self.folder.text())
        if path:
            self._ask("recording.folder", path)

    def _choose_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Import settings"), "", self.tr("Settings (*.yaml *.yml);;All files (*)")
        )
        if path:
            self.import_asked.emit(Path(path))

    def _choose_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export settings"), "handtrack.yaml", self.tr("Settings (*.yaml)")
        )
        if path:
            self.export_asked.emit(Path(path))


def _choice(entries: dict[Any, str]) -> QComboBox:
    box = QComboBox()
    for value, text in entries.items():
        box.addItem(text, value)
    return box


def _show(box: QComboBox, value: Any, entries: dict[Any, str]) -> None:
    """List the entries anew, for a settings file may ask for what is in no list."""
    box.clear()
    for each, text in entries.items():
        box.addItem(text, each)
    _select(box, value)


def _select(box: QComboBox, value: Any) -> None:
    # Only `activated` is listened to, so this counts as no choice.
    values: Sequence[Any] = [box.itemData(index) for index in range(box.count())]
    box.setCurrentIndex(values.index(value))
