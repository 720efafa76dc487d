"""The window, which gets SIGTERM when it is shown and no loop runs yet that could be left."""

import os
import signal
import sys

from app.window import MainWindow
from handtrack.cli import main

shown = MainWindow.showEvent


def be_terminated(window, event):
    shown(window, event)
    os.kill(os.getpid(), signal.SIGTERM)


MainWindow.showEvent = be_terminated
sys.argv[1:] = ["run", "demo"]
main()
