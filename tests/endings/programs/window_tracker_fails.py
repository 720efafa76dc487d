"""The window with a tracker that fails on every frame; it is closed some seconds later."""

import sys

from handtrack.cli import main
from handtrack.tracking.tracker import HandTracker


def fail(tracker, frame):
    raise RuntimeError("the matrix is singular")


HandTracker.process_frame = fail
sys.argv[1:] = ["run", sys.argv[1], "--quit-after", "5"]
main()
