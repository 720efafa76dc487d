"""How much memory this process holds."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def resident_bytes() -> int | None:
    """Bytes of this process in memory, shared libraries included; None where the system does not tell.

    Linux tells it by itself; elsewhere the package psutil is asked, if it is there.
    """
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        resident: int | None = pages * os.sysconf("SC_PAGE_SIZE")
    else:
        resident = _told_by_psutil()
    return resident


def _told_by_psutil() -> int | None:
    try:
        psutil: Any = import_module("psutil")
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)
