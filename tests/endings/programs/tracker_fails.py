"""`handtrack process` with a tracker that fails on every frame from the twentieth on."""

import sys

from handtrack.cli import main
from handtrack.tracking.tracker import HandTracker

clip, _, folder = sys.argv[1:]
process_frame = HandTracker.process_frame


def fail_later(tracker, frame):
    if frame.index >= 20:
        raise RuntimeError("the matrix is singular")
    return process_frame(tracker, frame)


HandTracker.process_frame = fail_later
sys.argv[1:] = ["process", clip, "--out", f"{folder}/session"]
main()
