"""The window on two hands, closed by its button while it records."""

import sys

from watched_window import watch

from app.values import Phase
from handtrack.cli import main

_, clip, folder = sys.argv[1:]


def look(window):
    bridge = window.bridge
    if bridge.recordings.frames > 10:
        window.clock.stop()
        window.close()
    elif not bridge.recording and bridge.phase is Phase.ENDED:
        bridge.start()  # a busy machine looked too late: the file was recorded to its end
    elif not bridge.recording:
        window._record(True)


watch(look)
sys.argv[1:] = ["run", clip, "--set", f"recording.folder={folder}/sessions"]
main()
