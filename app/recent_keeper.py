# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers what is opened, with a small picture of it, and tells the list of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PyQt6.QtCore import QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage

from app.model.recent import RecentSource, RecentSources
from handtrack.hand import FrameResult

PICTURE_SIZE = QSize(256, 144)
"""Pixels; shown at half of it, so that it is sharp where a point is two pixels."""
_PATIENCE = 60
"""Frames for which a hand is waited for; then the picture is of what there is."""


class RecentKeeper(QObject):
    """Adds each source that opened to the recent ones, and keeps a picture: the first frame with a hand."""

    changed = pyqtSignal(object)
    """list of RecentSource, newest first."""

    def __init__(self, recent: RecentSources, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recent = recent
        self._waiting: Path | None = None
        self._frames = 0

    def opened(self, spec: str | int | Path | None) -> None:
        """Note that a source opened."""
        path = None if spec is None else self._recent.add(spec)
        self._waiting = None if path is None else self._recent.picture_file(path)
        self._frames = 0
        if path is not None:
            self.tell()

    def note(self, result: FrameResult) -> None:
        """Keep a frame's picture if it is the one that was waited for."""
        if self._waiting is None:
            return
        self._frames += 1
        if result.hands or self._frames >= _PATIENCE or result.frame.still is not None:
            picture, self._waiting = self._waiting, None
            # A picture that cannot be written is none: the name is there all the same.
            small_picture(result.frame.image).save(str(picture), "JPG", 85)
            self.tell()

    def entries(self) -> list[RecentSource]:
        """The list, newest first."""
        return self._recent.entries()

    def forget(self) -> None:
        """Forget all of them, and their pictures."""
        self._waiting = None
        self._recent.clear()
        self.tell()

    def tell(self) -> None:
        """Emit the list."""
        self.changed.emit(self.entries())


def small_picture(image_bgr: np.ndarray) -> QImage:
    """The middle of a picture (height, width, 3) BGR, as large as PICTURE_SIZE."""
    height, width = image_bgr.shape[:2]
    pixels = image_bgr.tobytes()  # held until it is scaled, for the picture does not own its memory
    picture = QImage(pixels, width, height, 3 * width, QImage.Format.Format_BGR888)
    scaled = picture.scaled(
        PICTURE_SIZE,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = scaled.width() - PICTURE_SIZE.width(), scaled.height() - PICTURE_SIZE.height()
    return scaled.copy(left // 2, top // 2, PICTURE_SIZE.width(), PICTURE_SIZE.height())
