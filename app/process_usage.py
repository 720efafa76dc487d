# SPDX-License-Identifier: GPL-3.0-or-later
"""What this process has used so far: time, processor and memory; no Qt in here.

The system's own accounts are read on Linux. Elsewhere what Python cannot tell is None.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

_PROCESS = Path("/proc/self")
_LOADED = time.monotonic()
_START_FIELD = 19
_CPU_FIELDS = slice(11, 13)
"""Places in /proc/self/stat after the name: when it started, and the ticks used as user and in the kernel."""

WINDOW_THREAD = "window"


def started_at() -> float:
    """Moment at which this process was started, monotonic seconds, to a hundredth of a second.

    Elsewhere than on Linux it is the moment at which this module was loaded.
    """
    if sys.platform != "linux":
        return _LOADED
    ticks = int(_fields(_PROCESS / "stat")[_START_FIELD])
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.monotonic() - age


def resident_megabytes() -> float | None:
    """Memory that is resident now, in MB of a million bytes."""
    if sys.platform != "linux":
        return None
    pages = int((_PROCESS / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak_megabytes() -> float | None:
    """The most memory that was ever resident, in MB of a million bytes."""
    if sys.platform == "win32":
        return None
    if _PROCESS.exists():
        # Not getrusage: there a program inherits the peak of the one that started it.
        status = dict(line.split(":", 1) for line in (_PROCESS / "status").read_text().splitlines())
        return int(status["VmHWM"].split()[0]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def thread_seconds() -> dict[str, float]:
    """Processor seconds of each thread that lives, by its name; those of one name together.

    Threads that Python does not know have the names that their libraries gave them. To a hundredth.
    """
    if sys.platform != "linux":
        return {}
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    names[threading.main_thread().native_id] = WINDOW_THREAD
    seconds: defaultdict[str, float] = defaultdict(float)
    for task in (_PROCESS / "task").iterdir():
        try:
            ticks = sum(map(int, _fields(task / "stat")[_CPU_FIELDS]))
            name = names.get(int(task.name)) or (task / "comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended: before a file of it was opened, or before it was read
        seconds[name] += ticks / os.sysconf("SC_CLK_TCK")
    return dict(seconds)


def _fields(stat: Path) -> list[str]:
    """Fields of a stat file after the name, which may itself hold spaces and brackets."""
    return stat.read_text().rpartition(")")[2].split()
