"""Somebody at the keyboard of a window, over a connection of their own to the X server."""

from __future__ import annotations

import ctypes
import time
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p

_PATIENCE = 60.0
_PRESS, _RELEASE = 2, 3
_SHIFT = 1


class _KeyEvent(ctypes.Structure):
    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("root", c_ulong),
        ("subwindow", c_ulong),
        ("time", c_ulong),
        ("x", c_int),
        ("y", c_int),
        ("x_root", c_int),
        ("y_root", c_int),
        ("state", c_uint),
        ("keycode", c_uint),
        ("same_screen", c_int),
        ("pad", c_long * 24),  # an event of any kind is so large
    )


class Typist:
    """Types into the window of a title, once it is there. Raises TimeoutError if it never is."""

    def __init__(self, title: str) -> None:
        self._x11 = x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = c_void_p
        x11.XDefaultRootWindow.argtypes, x11.XDefaultRootWindow.restype = [c_void_p], c_ulong
        x11.XQueryTree.argtypes = [c_void_p, c_ulong, *[c_void_p] * 4]
        x11.XFetchName.argtypes = [c_void_p, c_ulong, c_void_p]
        x11.XStringToKeysym.argtypes, x11.XStringToKeysym.restype = [c_char_p], c_ulong
        x11.XKeysymToKeycode.argtypes, x11.XKeysymToKeycode.restype = [c_void_p, c_ulong], ctypes.c_ubyte
        x11.XSendEvent.argtypes = [c_void_p, c_ulong, c_int, c_long, c_void_p]
        x11.XFlush.argtypes = x11.XCloseDisplay.argtypes = [c_void_p]
        self._display = x11.XOpenDisplay(None)
        self._root = x11.XDefaultRootWindow(self._display)
        self._window = self._found(title)

    def press(self, name: str, shift: bool = False) -> None:
        """Press and let go of a key by X's name of it, such as space or Right."""
        code = self._x11.XKeysymToKeycode(self._display, self._x11.XStringToKeysym(name.encode()))
        event = _KeyEvent(
            display=self._display,
            window=self._window,
            root=self._root,
            state=_SHIFT if shift else 0,
            keycode=code,
            same_screen=1,
        )
        for kind, mask in ((_PRESS, 1), (_RELEASE, 2)):
            event.type = kind
            event.time = int(time.monotonic() * 1000) & 0xFFFFFFFF
            self._x11.XSendEvent(self._display, self._window, 1, mask, byref(event))
        self._x11.XFlush(self._display)

    def close(self) -> None:
        """Leave the keyboard."""
        self._x11.XCloseDisplay(self._display)

    def _found(self, title: str) -> int:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            root, parent, count = c_ulong(), c_ulong(), c_uint()
            children = POINTER(c_ulong)()
            self._x11.XQueryTree(
                self._display, self._root, byref(root), byref(parent), byref(children), byref(count)
            )
            for number in range(count.value):
                name = c_char_p()
                self._x11.XFetchName(self._display, children[number], byref(name))
                if name.value == title.encode():
                    return int(children[number])
            time.sleep(0.05)
        raise TimeoutError(f"no window {title!r}")
