"""`process_source` whose caller never comes back: only the watch over SIGTERM can end it."""

import sys
import threading
from pathlib import Path

from handtrack.config import Settings
from handtrack.processing import process_source


def stand_still(done, total):
    (Path(folder) / "stands-still").touch()
    while True:
        threading.Event().wait()


clip, _, folder = sys.argv[1:]
process_source(clip, Path(folder) / "session", Settings(), progress=stand_still)
