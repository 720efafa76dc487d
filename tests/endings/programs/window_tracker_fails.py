"""The window with a tracker that fails on every frame; it is closed half a second after it says so."""

import sys

from PyQt6.QtCore import QTimer
from watched_window import watch

from app.values import Phase
from handtrack.cli import main
from handtrack.tracking.tracker import HandTracker


def fail(tracker, frame):
    raise RuntimeError("the matrix is singular")


def look(window):
    if window.bridge.phase is Phase.FAILED:
        window.clock.stop()
        QTimer.singleShot(500, window.close)


HandTracker.process_frame = fail
watch(look)
sys.argv[1:] = ["run", sys.argv[1]]
main()
