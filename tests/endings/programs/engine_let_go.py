"""An engine that sees two hands and is let go of while it compiles for them; then comes Ctrl-C."""

import os
import signal
import threading
import time

import numpy as np

from handtrack.engines import create_engine
from handtrack.model.weights_file import shipped_weights

engine = create_engine("auto", shipped_weights())
for _ in range(5):  # a new hand is looked at as a left and a right one three times: these are two that stay
    engine.encode(np.zeros((2, 128, 128, 3), np.uint8))
del engine
give_up = time.monotonic() + 30
while any(thread.name == "handtrack-compile" for thread in threading.enumerate()):
    time.sleep(0.05)
    assert time.monotonic() < give_up, "it compiles for ever"
os.kill(os.getpid(), signal.SIGINT)
time.sleep(10)
