"""The window with a tracker that fails on every frame; it is closed half a second after it says so."""

import sys

from PyQt6.QtCore import QTimer

from app.values import Phase
from app.window import MainWindow
from handtrack.cli import main
from handtrack.tracking.tracker import HandTracker

shown = MainWindow.showEvent


def fail(tracker, frame):
    raise RuntimeError("the matrix is singular")


def begin(window, event):
    shown(window, event)
    window.clock = QTimer()
    window.clock.timeout.connect(lambda: look(window))
    window.clock.start(50)


def look(window):
    if window.bridge.phase is Phase.FAILED:
        window.clock.stop()
        QTimer.singleShot(500, window.close)


HandTracker.process_frame = fail
MainWindow.showEvent = begin
sys.argv[1:] = ["run", sys.argv[1]]
main()
