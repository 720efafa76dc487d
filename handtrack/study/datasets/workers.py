"""A process that works for another one."""

from __future__ import annotations

import multiprocessing
import os
import threading

import cv2


def begin_work() -> None:
    """Take one thread, and end with the process that this one works for, however that ends.

    For each worker of a pool: where its owner is killed, it would wait for work for ever.
    """
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_owner, name="handtrack-owner", daemon=True).start()


def _end_with_owner() -> None:
    owner = multiprocessing.parent_process()
    if owner is not None:
        owner.join()
        # At once: whatever is in hand, nobody takes it, and files are written beside their place.
        os._exit(1)
