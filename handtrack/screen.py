"""Whether a window can be shown, and what is said where none can."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

VIRTUAL_SCREEN: Final = ("xvfb-run", "-a", "-s", "-screen 0 1280x1024x24 -noreset")
"""In front of a command, gives it a screen of its own where there is none (package xvfb).

A virtual screen else starts anew when its last program leaves, and refuses one that comes just then.
"""


def has_screen() -> bool:
    """Whether this session has a screen: always on macOS and Windows, an X11 or Wayland display elsewhere."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def end_without_window(said: Sequence[str]) -> NoReturn:
    """End this process, in which no thread runs yet, with one sentence on why Qt can draw no window.

    said: Qt's own lines on that. The exit status is 1.
    """
    if any("could not connect to display" in line for line in said):
        # Of Qt's platform xcb: the X server is gone, or lets nobody else in.
        screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        why = f"the screen {screen} does not answer; `handtrack process SOURCE --out DIR` needs none"
    else:
        reason = said[0].strip(" .") if said else "Qt names no reason"
        why = f"the window cannot open ({reason}); `handtrack doctor` says what is missing"
    sys.stderr.write(f"error: {why}\n")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)
