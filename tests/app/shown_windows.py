"""What a test does with the program's window while `run_window` shows it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from app.window import MainWindow


@contextlib.contextmanager
def at_each_look(look: Callable[[MainWindow], object], milliseconds: int = 50) -> Iterator[None]:
    """In the block, give every window that is shown to a function, again and again."""

    def look_around() -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow) and widget.isVisible():
                look(widget)

    clock = QTimer()
    clock.timeout.connect(look_around)
    clock.start(milliseconds)
    try:
        yield
    finally:
        clock.stop()
