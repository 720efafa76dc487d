"""Makes the moving picture of README.md: the window while it plays the shipped clip (`make pictures`)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from photographer import Photographer
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication
from saving import FOLDER, say_size

FROM, SECONDS, RATE = 2.5, 4.0, 8
"""The part of the clip, seconds, in which the hand turns and closes; pictures a second."""
WIDTH = 800
"""Pixels: the pages that show it are hardly wider."""


def main() -> None:
    """Make the picture."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("handtrack")
    with tempfile.TemporaryDirectory() as home:
        at = Photographer(application, Path(home))
        at.open("demo")
        at.play_to(FROM + SECONDS)
        pictures = [_picture(at, FROM + number / RATE) for number in range(round(SECONDS * RATE))]
        at.close()
    path = FOLDER / "moving.webp"
    first, *others = pictures
    first.save(path, save_all=True, append_images=others, duration=1000 // RATE, loop=0, quality=40, method=6)
    say_size(path)


def _picture(at: Photographer, moment: float) -> Image.Image:
    at.bridge.player.seek(moment)
    at.until(lambda: abs((at.shown[-1].frame.position or 0.0) - moment) < 0.5 / RATE)
    at.wait(0.2)
    at.window.plots.redraw()
    at.wait(0.1)
    image = at.window.grab().toImage().scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation)
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    memory = image.constBits()
    assert memory is not None
    rows = memory.asstring(image.sizeInBytes())
    size = (image.width(), image.height())
    return Image.frombuffer("RGB", size, rows, "raw", "RGB", image.bytesPerLine(), 1)


if __name__ == "__main__":
    main()
