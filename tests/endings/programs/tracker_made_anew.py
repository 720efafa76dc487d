"""A tracker that is made again over itself; then comes Ctrl-C."""

import os
import signal
import time

import numpy as np

from handtrack import HandTracker

for _ in range(2):
    tracker = HandTracker.load()
    tracker.prepare()
    tracker.process(np.zeros((120, 160, 3), np.uint8), 0.0)
    tracker.close()
os.kill(os.getpid(), signal.SIGINT)
time.sleep(10)
