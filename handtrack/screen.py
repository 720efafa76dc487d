"""Whether a window can be shown."""

from __future__ import annotations

import os
import sys
from typing import Final

VIRTUAL_SCREEN: Final = ("xvfb-run", "-a", "-s", "-screen 0 1280x1024x24 -noreset")
"""In front of a command, gives it a screen of its own where there is none (package xvfb).

A virtual screen else starts anew when its last program leaves, and refuses one that comes just then.
"""


def has_screen() -> bool:
    """Whether this session has a screen: always on macOS and Windows, an X11 or Wayland display elsewhere."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
