"""How many threads native libraries take in this process: as many as they like, or one.

A program alone on a machine is quickest where decoder and encoder take what is free. Where a process works on
each core already, more threads than cores only wait for each other, and take memory.
"""

from __future__ import annotations

import os
import sys
from typing import Final

ONE_THREAD_EACH: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""What libraries of numbers read when they are first loaded, for a process beside others on its core."""

_alone = True


def keep_numpy_to_one_thread() -> None:
    """Let numpy and scipy multiply on the thread that calls them; they read this when they are first loaded.

    They would make a thread for each other core, which from the import on waits in a loop for a while: 65 ms
    of processor time each, for products that are too small to be shared.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(_cores()) or os.cpu_count() or 1


def core_of(worker: int, workers: int) -> int | None:
    """The core of a worker, counted from 0, where there is just one for each; None leaves it to the system.

    Threads that share Python's lock gain little from a second core, and lose a tenth by changing between two.
    """
    cores = _cores()
    return cores[worker] if workers == len(cores) else None


def _cores() -> list[int]:
    """Numbers of the cores that this process may use; none where the system does not tell them apart."""
    cores: list[int] = []
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
    return cores


def keep_to_one_core(core: int | None = None) -> None:
    """From now on, whatever is opened in this process works on the thread that calls it.

    core: and all threads stay on this one.
    """
    global _alone
    import cv2

    if core is not None and sys.platform == "linux":
        os.sched_setaffinity(0, {core})
    _alone = False
    cv2.setNumThreads(1)


def codec_threads() -> int:
    """Threads of a decoder or an encoder as FFmpeg counts them: 0 leaves it to FFmpeg."""
    return 0 if _alone else 1


def hands_side_by_side() -> bool:
    """Whether two hands are worth two threads."""
    return _alone
