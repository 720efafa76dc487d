"""The window, looked at twenty times a second from when it is shown."""

from collections.abc import Callable

from PyQt6.QtCore import QTimer

from app.window import MainWindow


def watch(look: Callable[[MainWindow], object]) -> None:
    """Have the next window looked at by this function until it stops the window's `clock`."""
    shown = MainWindow.showEvent

    def begin(window, event):
        shown(window, event)
        window.clock = QTimer()
        window.clock.timeout.connect(lambda: look(window))
        window.clock.start(50)

    MainWindow.showEvent = begin
