"""Engines made one over the other, the last let go of in another thread; then comes Ctrl-C."""

import gc
import os
import signal
import threading
import time

import numpy as np

from handtrack.engines import create_engine
from handtrack.model.weights_file import shipped_weights

held = []
for _ in range(2):
    held[:] = [create_engine("auto", shipped_weights())]
    held[0].encode(np.zeros((1, 128, 128, 3), np.uint8))
    gc.collect()


def let_go() -> None:
    held.clear()
    gc.collect()


thread = threading.Thread(target=let_go)
thread.start()
thread.join()
os.kill(os.getpid(), signal.SIGINT)
time.sleep(10)
