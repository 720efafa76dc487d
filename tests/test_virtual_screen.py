"""The screen that windows are tested on answers every program, whoever leaves it meanwhile."""

from __future__ import annotations

import ctypes
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_xvfb import Xvfb

TIMES = 300

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("Xvfb") is None, reason="needs a virtual screen (Xvfb)"
)


@pytest.fixture
def screen(pytestconfig):
    """A second screen as the tests have it, which no program uses yet."""
    screen = Xvfb(pytestconfig)
    screen.start()
    try:
        yield screen
    finally:
        screen.stop()


def _refusals(display: bytes) -> int:
    """How often the screen is not there, of many times that a program comes and goes."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    refused = 0
    for _ in range(TIMES):
        connection = xcb.xcb_connect(display, None)
        refused += bool(xcb.xcb_connection_has_error(connection))
        xcb.xcb_disconnect(connection)
    return refused


def test_a_program_that_leaves_last_takes_the_screen_from_nobody(screen):
    """A screen that starts anew when its last program leaves it refuses the one that comes just then."""
    with ThreadPoolExecutor(2) as two:
        assert sum(two.map(_refusals, [f":{screen.display}".encode()] * 2)) == 0
