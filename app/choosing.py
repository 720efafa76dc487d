# SPDX-License-Identifier: GPL-3.0-or-later
"""Dialogs in which a person chooses what is opened next."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QWidget

from app.bridge import Bridge
from handtrack.sessions.folder import sessions_home
from handtrack.sources.own_names import DEMO_CLIP, RENDERED

_VIDEOS = ("mp4", "mkv", "mov", "avi", "webm", "m4v", "mpg", "mpeg", "ogv", "wmv")
_PICTURES = ("jpg", "jpeg", "png", "tif", "tiff", "webp", "avif", "heic", "heif", "jp2", "gif", "bmp")
_FILES = " ".join(f"*.{name}" for name in _VIDEOS + _PICTURES)


class Choosing(QObject):
    """Says what a person chose to open; only a session is tracked again without a word."""

    chosen = pyqtSignal(object)
    """What names a source."""
    weights_chosen = pyqtSignal(object)
    """Path of the weights with which a session is tracked again."""

    def __init__(self, bridge: Bridge, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._window = bridge, window

    def file(self) -> None:
        """Let a person choose a video or picture file, and open it."""
        kinds = self.tr("Videos and pictures ({endings});;All files (*)").format(endings=_FILES)
        self._open_file(self.tr("Open a video or a picture"), kinds)

    def folder(self) -> None:
        """Let a person choose a folder of images, and open it."""
        self._open_folder(self.tr("Open a folder of images"), "")

    def session(self) -> None:
        """Let a person choose the folder of a recorded session, and open it."""
        home = sessions_home(self._bridge.settings.recording)
        self._open_folder(self.tr("Open a recorded session"), str(home))

    def rendered_hand(self) -> None:
        """Track a hand that is rendered meanwhile, and whose joints are known."""
        self.chosen.emit(RENDERED)

    def demo_clip(self) -> None:
        """Track the rendered hand of the shipped clip."""
        self.chosen.emit(DEMO_CLIP)

    def track_again(self, again: bool) -> None:
        """Track the session that is open anew, beside what was recorded, or show what was recorded."""
        bridge = self._bridge
        if bridge.session is not None and bridge.source_spec is not None:
            bridge.open(bridge.source_spec, track_again=again)

    def track_again_with_weights(self) -> None:
        """Let a person choose weights, and track the open session with them, beside what was recorded."""
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Track again with other weights"),
            "",
            self.tr("Weights (*.safetensors);;All files (*)"),
        )
        if path:
            bridge = self._bridge
            tracker = bridge.settings.tracker.model_copy(update={"weights": Path(path)})
            bridge.use_settings(bridge.settings.model_copy(update={"tracker": tracker}))
            self.weights_chosen.emit(Path(path))
            self.track_again(True)

    def _open_file(self, title: str, kinds: str) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, title, "", kinds)
        if path:
            self.chosen.emit(path)

    def _open_folder(self, title: str, where: str) -> None:
        path = QFileDialog.getExistingDirectory(self._window, title, where)
        if path:
            self.chosen.emit(path)
