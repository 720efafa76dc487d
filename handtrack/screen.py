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


def named_screen() -> str | None:
    """The X11 or else the Wayland display that this session names."""
    return os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")


def screen_answers() -> bool:
    """Whether the screen of `has_screen` is there and lets this process in; true on macOS and Windows."""
    return sys.platform in ("darwin", "win32") or _wayland_answers() or _x11_answers()


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "win32" or not name:
        return False
    import socket

    # A whole path, or the name of a socket in this folder.
    path = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(path)
        except OSError:
            return False
    return True


def _x11_answers() -> bool:
    if not os.environ.get("DISPLAY"):
        return False
    import ctypes

    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    # Left open until the program ends: a virtual screen starts anew when its last client leaves it.
    return bool(x11.XOpenDisplay(None))


def end_without_window(said: Sequence[str]) -> NoReturn:
    """End this process, in which no thread runs yet, with one sentence on why Qt can draw no window.

    said: Qt's own lines on that. The exit status is 1.
    """
    if any("could not connect to display" in line for line in said):
        # Of Qt's platform xcb: the X server is gone, or lets nobody else in.
        why = f"the screen {named_screen()} does not answer; `handtrack process SOURCE --out DIR` needs none"
    else:
        reason = said[0].strip(" .") if said else "Qt names no reason"
        why = f"the window cannot open ({reason}); `handtrack doctor` says what is missing"
    sys.stderr.write(f"error: {why}\n")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)
