"""Somebody who uses the window and takes pictures of it, for the scripts beside this file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from saving import FOLDER, say_size

from app.environment import prepare_for_qt

prepare_for_qt()

from PyQt6.QtGui import QImage  # noqa: E402
from PyQt6.QtWidgets import QApplication, QWidget  # noqa: E402

from app import theme  # noqa: E402
from app.assembly import make_window  # noqa: E402
from app.bridge import Bridge  # noqa: E402
from handtrack.config import load_settings  # noqa: E402
from handtrack.hand import FrameResult  # noqa: E402

SIZE = (1280, 800)
PATIENCE = 300.0
"""Seconds within which anything that is waited for comes, also on a busy machine."""


class Photographer:
    """A window that plays a source, and what its user does. look: of `app.theme.THEMES`."""

    def __init__(self, application: QApplication, home: Path, look: str = "dark") -> None:
        self._application = application
        theme.apply_theme(application, look)
        settings = load_settings(overrides=[f"recording.folder={home}", f"window.theme={look}"])
        self.bridge = Bridge(settings)
        self.window = make_window(self.bridge, settings)
        self.shown: list[FrameResult] = []
        self.bridge.result_ready.connect(self.shown.append)
        self.window.resize(*SIZE)
        self.window.show()
        self.wait(0.5)

    def wait(self, seconds: float) -> None:
        """Let the window work for so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.processEvents()
            time.sleep(0.005)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("what the picture is to show did not come")
            self.wait(0.01)

    def open(self, spec: str) -> None:
        """Open a source, and wait for its first result."""
        self.shown.clear()
        self.window.open_source(spec)
        self.until(lambda: bool(self.shown))

    def play_to(self, moment: float) -> None:
        """Let the file play from its beginning, so that the plots are filled, and pause."""
        self.until(lambda: (self.shown[-1].frame.position or 0.0) >= moment)
        self.window.play_or_pause()
        self.wait(1.0)

    def take(self, name: str, widget: QWidget | None = None) -> None:
        """Save a picture of the window, or of a part of it, among those of the documentation."""
        self.window.plots.redraw()
        self.wait(0.3)
        picture = (widget or self.window).grab().toImage()
        path = FOLDER / f"{name}.png"
        picture.convertToFormat(QImage.Format.Format_RGB888).save(str(path), "PNG", 0)
        say_size(path)

    def show_dock(self, name: str, wanted: bool = True) -> None:
        """Show a part of the window, or hide it."""
        dock = self.window.layout_of_docks.docks[name]
        toggle = dock.toggleViewAction()
        if toggle is not None and dock.isVisible() != wanted:
            toggle.trigger()
        self.wait(0.5)

    def close(self) -> None:
        """Close the window."""
        self.window.close()
        self.wait(0.2)
