"""A tracker that is made in the main thread and let go of in another; then comes Ctrl-C."""

import os
import signal
import threading
import time

from handtrack import HandTracker

held = [HandTracker.load()]
held[0].prepare()


def let_go() -> None:
    held.pop().close()


thread = threading.Thread(target=let_go)
thread.start()
thread.join()
os.kill(os.getpid(), signal.SIGINT)
time.sleep(10)
