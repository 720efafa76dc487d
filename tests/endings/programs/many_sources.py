"""The window, in which 50 sources are opened one after the other, at times that differ.

Most go while they are still being opened, which is where ends meet; some are tracked before.
"""

import random
import sys
from pathlib import Path

from PyQt6.QtCore import QTimer

from app.window import MainWindow
from handtrack.cli import main

one_hand, two_hands, folder = sys.argv[1:]
sources = [one_hand, two_hands, "demo", str(Path(folder) / "missing.mp4"), folder, "rendered"]
shown = MainWindow.showEvent
chance = random.Random(5)


def begin(window, event):
    shown(window, event)
    window.left = 50
    QTimer.singleShot(100, lambda: switch(window))


def switch(window):
    if not window.left:
        window.close()
        return
    window.left -= 1
    window.open_source(sources[window.left % len(sources)])
    QTimer.singleShot(int(20 + 680 * chance.random() ** 3), lambda: switch(window))


MainWindow.showEvent = begin
sys.argv[1:] = ["run", "demo"]
main()
