"""Whether a window can be shown."""

from __future__ import annotations

import os
import sys


def has_screen() -> bool:
    """Whether this session has a screen: always on macOS and Windows, an X11 or Wayland display elsewhere."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
